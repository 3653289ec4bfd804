import { z } from "zod";
import { commandLineOf, quietServer, startServer } from "../bench/driver/processes.ts";
import { messages, programCommand } from "../lib/cli/command.ts";
import type { ExitCode } from "../lib/errors.ts";

async function runDemo(): Promise<ExitCode> {
  messages.log("Starting an echo server and loading it for 5 seconds.\n");
  await using server = await startServer([...commandLineOf("server"), ...quietServer]);
  const load = ["--port", String(server.port), "--conns", "10", "--duration", "5s"];
  const client = Bun.spawn([...commandLineOf("client"), ...load], { stdio: ["ignore", "inherit", "inherit"] });
  // Ctrl+C also reaches the client, which prints its report and ends; only then the server is stopped.
  process.on("SIGINT", () => {});
  return (await client.exited) as ExitCode;
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
