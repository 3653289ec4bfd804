import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pMap from "p-map";
import { drawCase, type FuzzCase, type Source } from "./case.ts";
import { fuzzedCommands } from "./commands.ts";
import { type CaseOutcome, faultsOf } from "./judge.ts";
import { makeMaterial } from "./material.ts";
import { optionsIn } from "./options.ts";
import { runCase } from "./run-case.ts";

/** A case with something about its outcome that no input may bring about. */
export interface Finding {
  readonly index: number;
  readonly fuzzCase: FuzzCase;
  readonly outcome: CaseOutcome;
  readonly faults: readonly string[];
}

/** A finding for people, with the command that brings it back. */
export const describeFinding = ({ index, fuzzCase, outcome, faults }: Finding, seed: number): string =>
  [
    `case ${index}: ${faults.join("; ") || "nothing wrong"}`,
    `  again: bun run fuzz --seed ${seed} --first ${index} --cases 1 --show`,
    `  words: ${JSON.stringify(fuzzCase.words)}`,
    `  environment: ${JSON.stringify(fuzzCase.environment)}, ${fuzzCase.surroundings}, files: ${[...fuzzCase.files.keys()].join(" ") || "none"}`,
    `  exit code ${outcome.exitCode ?? "none"}`,
    `  stdout: ${JSON.stringify(outcome.stdout.slice(0, 500))}`,
    `  stderr: ${JSON.stringify(outcome.stderr.slice(0, 1_500))}`,
  ].join("\n");

/** An echo server for the cases to talk to. */
async function startServer(executable: readonly string[]): Promise<{ child: Bun.Subprocess; port: number }> {
  const words = ["server", "--host", "127.0.0.1", "--port", "0", "--quiet"];
  const child = Bun.spawn([...executable, ...words], {
    stdout: "pipe",
    stderr: "inherit",
    env: { NO_COLOR: "1" },
    // Ctrl+C is for the fuzzer, which ends the server last.
    detached: true,
  });
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    const port = /Listening on \S+:(\d+)\n/.exec(text)?.[1];
    if (port !== undefined) return { child, port: Number(port) };
  }
  throw new Error("the echo server ended");
}

/** What a program prints, run in a folder to its good end. */
async function printed(executable: readonly string[], folder: string, words: readonly string[]): Promise<string> {
  const child = Bun.spawn([...executable, ...words], { cwd: folder, stdout: "pipe", env: { NO_COLOR: "1" } });
  const text = await child.stdout.text();
  if ((await child.exited) !== 0) throw new Error(`${words.join(" ")}: exit code ${child.exitCode}`);
  return text;
}

async function prepareSource(executable: readonly string[], port: number): Promise<Source> {
  const folder = mkdtempSync(join(tmpdir(), "echobench-fuzz-"));
  const run = (words: readonly string[]): Promise<string> => printed(executable, folder, words);
  try {
    const material = await makeMaterial(run, folder, port);
    const helps = await pMap(fuzzedCommands, ({ words }) => run([...words, "--help"]), { concurrency: 2 });
    return { material, port, options: helps.map(optionsIn) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What every case is drawn from, and the server that they talk to; disposing stops it. */
export class Ground implements AsyncDisposable {
  readonly source: Source;
  readonly executable: readonly string[];
  readonly server: Bun.Subprocess;

  private constructor(source: Source, executable: readonly string[], server: Bun.Subprocess) {
    this.source = source;
    this.executable = executable;
    this.server = server;
  }

  /** @param executable the program, or the runtime and the program's file */
  static async prepare(executable: readonly string[]): Promise<Ground> {
    const { child, port } = await startServer(executable);
    try {
      return new Ground(await prepareSource(executable, port), executable, child);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  /** Draws a case, runs it and judges it. */
  async try(seed: number, index: number): Promise<Finding> {
    const fuzzCase = drawCase(this.source, seed, index);
    const outcome = await runCase(this.executable, fuzzCase);
    return { index, fuzzCase, outcome, faults: faultsOf(fuzzCase, outcome) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.kill("SIGTERM");
    await this.server.exited;
  }
}

/** The numbers of cases to run. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

function* numbers({ first, count }: Range, stop: AbortSignal): Generator<number> {
  for (let i = first; i < first + count && !stop.aborted; i++) yield i;
}

/**
 * Runs cases side by side until all are done or `stop` aborts.
 * @param onCase called after each
 */
export async function fuzz(
  ground: Ground,
  seed: number,
  range: Range,
  jobs: number,
  stop: AbortSignal,
  onCase: (tried: Finding) => void,
): Promise<void> {
  await pMap(
    numbers(range, stop),
    async (index) => {
      onCase(await ground.try(seed, index));
    },
    { concurrency: jobs },
  );
}
