import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FuzzCase, surroundings } from "./case.ts";
import { until } from "../fixtures/until.ts";
import type { CaseOutcome } from "./judge.ts";

/** How long a process runs before it gets the stop signal. */
const RUN_MS = 1_200;
/** How long it may take to end after that, on a machine that is busy with other cases. */
const END_MS = 15_000;
/** How long processes that it started may take to end after it. */
const LEFT_MS = 2_000;
/** Longer output is cut. */
const MAX_OUTPUT_BYTES = 4 * 2 ** 20;

/** The executable with whatever surrounds it. */
function commandOf(executable: readonly string[], { words, surroundings: around }: FuzzCase): string[] {
  const what = surroundings[around];
  if (what === "") return [...executable, ...words];
  // A write beyond the limit of a file's size shall fail, not end the process.
  const script = what.startsWith("ulimit") ? `trap "" XFSZ; ${what}; exec "$@"` : `exec "$@" ${what}`;
  return ["/bin/sh", "-c", script, "sh", ...executable, ...words];
}

async function readText(stream: ReadableStream<Uint8Array>, onText: (all: string) => void): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    if (text.length < MAX_OUTPUT_BYTES) text += decoder.decode(chunk, { stream: true });
    onText(text);
  }
  return text;
}

/** Whether a process of the group still runs. */
function groupLives(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether a process of the group goes on running. One that was killed may need a moment for its end. */
const outlives = (pid: number): Promise<boolean> =>
  until(() => !groupLives(pid), "the end of the group", Boolean, { limitMs: LEFT_MS }).then(
    () => false,
    () => true,
  );

/** Environment of every case; a case adds to it. */
const environment = { PATH: process.env["PATH"] ?? "", HOME: tmpdir(), NO_COLOR: "1" };

type Ending = Omit<CaseOutcome, "left" | "changed">;

/** Runs a program to its end. One that listens is stopped at once, any other after a while. */
async function runToEnd(command: readonly string[], folder: string, extra: FuzzCase["environment"]): Promise<Ending> {
  const child = Bun.spawn([...command], {
    cwd: folder,
    env: { ...environment, ...extra },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    detached: true,
  });
  let wasKilled = false;
  let wasStopped = false;
  const stop = (): void => {
    if (!wasStopped) child.kill("SIGINT");
    wasStopped = true;
  };
  const stopTimer = setTimeout(stop, RUN_MS);
  const killTimer = setTimeout(() => {
    wasKilled = true;
    process.kill(-child.pid, "SIGKILL");
  }, RUN_MS + END_MS);
  const stopListening = (text: string): void => {
    if (text.includes("Listening on ") || text.includes('"listening"')) stop();
  };
  const output = Promise.all([readText(child.stdout, stopListening), readText(child.stderr, () => {})]);
  await child.exited;
  const leftProcess = await outlives(child.pid);
  if (leftProcess) process.kill(-child.pid, "SIGKILL");
  const [stdout, stderr] = await output;
  clearTimeout(stopTimer);
  clearTimeout(killTimer);
  const signal = child.signalCode === null ? null : String(child.signalCode);
  return { stdout, stderr, exitCode: child.exitCode ?? undefined, signal, wasKilled, leftProcess };
}

/**
 * Runs a case in a folder of its own and removes the folder.
 * @param executable the program, or the runtime and the program's file
 */
export async function runCase(executable: readonly string[], fuzzCase: FuzzCase): Promise<CaseOutcome> {
  const folder = mkdtempSync(join(tmpdir(), "echobench-fuzz-"));
  try {
    for (const [name, content] of fuzzCase.files) writeFileSync(join(folder, name), content);
    const ending = await runToEnd(commandOf(executable, fuzzCase), folder, fuzzCase.environment);
    const left = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const changed = [...fuzzCase.files]
      .filter(([name, content]) => left.includes(name) && !readFileSync(join(folder, name)).equals(content))
      .map(([name]) => name);
    return { ...ending, left, changed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
