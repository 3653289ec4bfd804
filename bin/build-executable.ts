import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { InterruptedError, messageOf, RunFailedError } from "../lib/errors.ts";
import { checkoutRoot } from "../lib/invocation.ts";
import { unlessStopped } from "../lib/timers.ts";
import { describeTool } from "../lib/result/environment.ts";
import { type BuildTarget, buildTargets } from "./build-targets.ts";

/** The first is the program, the others are started as threads by their paths. */
const entries = ["bin/echobench.ts", "client/load/worker.ts", "server/workers/thread.ts"];

const compile = (outfile: string, target: BuildTarget | undefined) =>
  Bun.build({
    entrypoints: entries.map((path) => join(checkoutRoot, path)),
    root: checkoutRoot,
    compile: { outfile, ...(target && { target: buildTargets[target] }) },
    // No bytecode: it would add 7 MB to 111 and take 25 ms from a start of 50. Bun itself is 107 MB.
    format: "esm",
    // What the threads share with the program is there once, and a command loads its own part only.
    splitting: true,
    // Names stay, for those who read a stack trace.
    minify: { whitespace: true, syntax: true },
    define: { BUILD_COMMIT: JSON.stringify(describeTool().commit), BUILD_FORM: '"executable"' },
  });

/** Why Bun could not build: its own error only says that there are others. */
const reasonOf = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(messageOf).join("; ") : messageOf(error);

/** @throws RunFailedError when there cannot be such a folder */
function makeFolder(parent: string): string {
  try {
    mkdirSync(parent, { recursive: true });
    return mkdtempSync(join(parent, ".build-"));
  } catch (error) {
    throw new RunFailedError(`"${parent}": ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Builds one executable. An earlier one stays until the new one is complete.
 * @param path of the executable; for Windows it gets `.exe`
 * @param target the machine to build for; undefined is this one
 * @returns where it is
 * @throws RunFailedError that says why it cannot be built
 * @throws InterruptedError when it was stopped
 */
export async function buildExecutable(
  path: string,
  target: BuildTarget | undefined,
  stop: AbortSignal,
): Promise<string> {
  const folder = makeFolder(dirname(path));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // A build that was stopped may write once more.
  process.once("exit", remove);
  try {
    const result = await unlessStopped(compile(join(folder, basename(path)), target), stop);
    if (!result) throw new InterruptedError("interrupted");
    const built = result.outputs.find(({ kind }) => kind === "entry-point");
    if (!built) throw new Error("Bun has built nothing");
    const complete = extname(built.path) === ".exe" ? `${path}.exe` : path;
    renameSync(built.path, complete);
    return complete;
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    throw new RunFailedError(reasonOf(error), { cause: error });
  } finally {
    remove();
  }
}
