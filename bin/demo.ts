import { z } from "zod";
import { commandLineOf, quietServer, startServer } from "../bench/driver/processes.ts";
import { messages, programCommand } from "../lib/cli/command.ts";
import { type ExitCode, exitCodes } from "../lib/errors.ts";
import { type StopSignals, watchSignals } from "../lib/process/signals.ts";

/** Runs a client that is told to stop when this program is, and prints its report then. @returns its exit code */
async function load(port: number, { stop, force }: StopSignals): Promise<ExitCode> {
  const words = ["--port", String(port), "--conns", "10", "--duration", "5s"];
  const client = Bun.spawn([...commandLineOf("client"), ...words], { stdio: ["ignore", "inherit", "inherit"] });
  // A terminal sends Ctrl+C to both; the client takes two in a row for one.
  stop.addEventListener("abort", () => client.kill("SIGTERM"));
  force.addEventListener("abort", () => client.kill("SIGKILL"));
  const exitCode = await client.exited;
  return client.signalCode === null ? (exitCode as ExitCode) : exitCodes.interrupted;
}

async function runDemo(): Promise<ExitCode> {
  messages.log("Starting an echo server and loading it for 5 seconds.\n");
  // Before there is a server, which would otherwise outlive this program.
  using signals = watchSignals(["SIGINT", "SIGTERM", "SIGHUP"]);
  await using server = await startServer([...commandLineOf("server"), ...quietServer]);
  return signals.stop.aborted ? exitCodes.interrupted : await load(server.port, signals);
}

/** `echobench demo`. */
export const demoCommand = programCommand({
  name: "echobench demo",
  command: "bun run demo",
  summary: "starts a server, loads it for five seconds, verifies every byte and prints the report",
  sections: {},
  schema: z.object({}),
  examples: [["bun run demo", "a first look, and a test that everything works on this machine"]],
  notes: ["Exit code: that of the client, 0 when every byte came back."],
  run: runDemo,
});
