import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunResult, runResultSchema } from "../../lib/result/run-result.ts";
import type { Program } from "../fixtures/program.ts";
import { commandOf, startLeashed } from "./processes.ts";
import type { World } from "./world.ts";

/** The end of a client. */
export interface ClientEnd {
  readonly exitCode: number;
  /** null when it printed none */
  readonly result: RunResult | null;
  readonly program: Program;
}

/** Starts the client of an engine; it prints its result as JSON. */
export const startClient = (
  { engine }: Pick<World, "engine">,
  args: readonly string[],
  before: readonly string[] = [],
) => startLeashed([...before, ...commandOf("client", "--engine", engine, "--quiet", "--json", "-", ...args)]);

/** Waits for the end of a client. @throws when it does not end in time */
export async function endOf(program: Program, limitMs: number): Promise<ClientEnd> {
  const exitCode = await program.exited(limitMs).catch((error: unknown) => {
    program.kill("SIGKILL");
    throw error;
  });
  const parsed = program.stdout.trim() === "" ? null : runResultSchema.parse(JSON.parse(program.stdout));
  return { exitCode, result: parsed, program };
}

/** Adds the verified bytes of a run to the tally. */
export function count({ tally }: World, result: RunResult): void {
  const { bytesReceived: bytesVerified, messages, connections } = result.totals;
  tally.addTraffic({ bytesVerified, messages, connections });
}

let kept = 0;

/** Keeps what a child process printed. @returns the file */
export function keepOutput({ engine, folder }: World, name: string, message: string, program?: Program): string {
  mkdirSync(join(folder, "failures"), { recursive: true });
  const file = join(folder, "failures", `${++kept}-${engine}-${name}.txt`);
  const output = program ? `\n--- standard output\n${program.stdout}\n--- standard error\n${program.stderr}` : "";
  writeFileSync(file, `${message}\n${output}`);
  return file;
}
