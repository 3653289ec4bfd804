import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programStop } from "../../lib/process/stop.ts";
import { InterruptedError, RunFailedError, UsageError } from "../../lib/errors.ts";
import { checkoutRoot } from "../../lib/invocation.ts";
import { own } from "./processes.ts";

/** A commit, checked out in its own folder with its dependencies installed; disposing removes it. */
export interface Checkout extends AsyncDisposable {
  readonly path: string;
  /** abbreviated hash */
  readonly commit: string;
}

async function run(command: readonly string[], cwd: string) {
  const child = own(Bun.spawn([...command], { cwd, stdin: "ignore", stdout: "pipe", stderr: "pipe" }));
  const [stdout, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { stdout: stdout.trim(), stderr: stderr.trim(), exitCode };
}

const git = (...args: readonly string[]) => run(["git", ...args], checkoutRoot);

/**
 * Finds the commit that a reference names.
 * @param flag the option that holds the reference, for the error
 * @throws UsageError when there is none
 */
async function resolveCommit(flag: string, reference: string): Promise<string> {
  const { stdout, exitCode } = await git("rev-parse", "--verify", "--quiet", `${reference}^{commit}`);
  if (programStop.aborted) throw new InterruptedError("interrupted before the commits were checked out");
  if (exitCode !== 0)
    throw new UsageError(`${flag} "${reference}": expected a commit, branch or tag of this repository`);
  return stdout;
}

/** Removes it in a process of its own, as this program is about to end. */
function removeLater(path: string, folder: string): void {
  // What git was still adding when it was stopped is no worktree yet, so it is pruned.
  const script = 'git worktree remove --force "$1"; rm -rf "$2"; git worktree prune';
  const options = { cwd: checkoutRoot, stdin: "ignore", stdout: "ignore", stderr: "ignore", detached: true } as const;
  Bun.spawn(["sh", "-c", script, "sh", path, folder], options).unref();
}

/**
 * Checks out a commit as a git worktree and installs its dependencies.
 * @param flag the option that holds the reference, for errors
 * @throws InterruptedError when a stop ends it
 */
export async function checkOut(flag: string, reference: string): Promise<Checkout> {
  const hash = await resolveCommit(flag, reference);
  const folder = await mkdtemp(join(tmpdir(), "echobench-checkout-"));
  const path = join(folder, "tree");
  const remove = async (): Promise<void> => {
    if (programStop.aborted) return removeLater(path, folder);
    await git("worktree", "remove", "--force", path);
    await rm(folder, { recursive: true, force: true });
  };
  const added = await git("worktree", "add", "--detach", path, hash);
  const steps = added.exitCode === 0 ? await run([process.execPath, "install", "--frozen-lockfile"], path) : added;
  if (steps.exitCode !== 0) {
    await remove();
    if (programStop.aborted) throw new InterruptedError("interrupted before the commits were checked out");
    throw new RunFailedError(`${flag} "${reference}" could not be checked out and installed: ${steps.stderr}`);
  }
  return { path, commit: hash.slice(0, 7), [Symbol.asyncDispose]: remove };
}
