import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programStop } from "../../lib/process/stop.ts";
import { InterruptedError, RunFailedError, UsageError } from "../../lib/errors.ts";
import { checkoutRoot } from "../../lib/invocation.ts";
import { ownGroup } from "./processes.ts";

/** A commit, checked out in its own folder ready to be measured; disposing removes it. */
export interface Checkout extends AsyncDisposable {
  readonly path: string;
  /** abbreviated hash */
  readonly commit: string;
}

async function run(command: readonly string[], cwd: string) {
  const child = ownGroup(
    Bun.spawn([...command], { cwd, stdin: "ignore", stdout: "pipe", stderr: "pipe", detached: true }),
  );
  const [stdout, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { stdout: stdout.trim(), stderr: stderr.trim(), exitCode };
}

/** Where commits come from. */
export interface Repository {
  /** a folder of it; the same one is used of each checkout */
  readonly folder: string;
  /** makes a checkout ready */
  readonly setup: readonly string[] | undefined;
}

/** This checkout of echobench. */
export const ownRepository: Repository = {
  folder: checkoutRoot,
  setup: [process.execPath, "install", "--frozen-lockfile"],
};

const git = ({ folder }: Repository, ...args: readonly string[]) => run(["git", ...args], folder);

/**
 * Finds the commit that a reference names.
 * @param flag the option that holds the reference, for the error
 * @throws UsageError when there is none
 */
async function resolveCommit(repository: Repository, flag: string, reference: string): Promise<string> {
  const { stdout, exitCode } = await git(repository, "rev-parse", "--verify", "--quiet", `${reference}^{commit}`);
  if (programStop.aborted) throw new InterruptedError("interrupted before the commits were checked out");
  if (exitCode !== 0)
    throw new UsageError(`${flag} "${reference}": expected a commit, branch or tag of this repository`);
  return stdout;
}

/** The abbreviated hash of what is checked out there; null where nothing is. */
export async function readCommit(repository: Repository): Promise<string | null> {
  const { stdout, exitCode } = await git(repository, "rev-parse", "--short", "HEAD");
  return exitCode === 0 ? stdout : null;
}

/** Removes it in a process of its own, as this program is about to end. */
function removeLater(repository: Repository, path: string, folder: string): void {
  // What git was still adding when it was stopped is no worktree yet, so it is pruned.
  const script = 'git worktree remove --force "$1"; rm -rf "$2"; git worktree prune';
  const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore", detached: true } as const;
  Bun.spawn(["sh", "-c", script, "sh", path, folder], { ...quiet, cwd: repository.folder }).unref();
}

/**
 * Makes a folder ready to be measured.
 * @param what begins the error: which folder this is
 * @throws RunFailedError with what the command said when it fails
 */
export async function setUp({ setup }: Repository, folder: string, what: string): Promise<void> {
  if (!setup) return;
  const { exitCode, stdout, stderr } = await run(setup, folder);
  if (programStop.aborted) throw new InterruptedError("interrupted before the commits were checked out");
  if (exitCode === 0) return;
  throw new RunFailedError(
    `${what} could not be set up: ${setup.join(" ")}: exit code ${exitCode}: ${stderr || stdout}`,
  );
}

/**
 * Checks out a commit as a git worktree and makes it ready.
 * @param flag the option that holds the reference, for errors
 * @throws InterruptedError when a stop ends it
 */
export async function checkOut(repository: Repository, flag: string, reference: string): Promise<Checkout> {
  const hash = await resolveCommit(repository, flag, reference);
  const { stdout: subfolder } = await git(repository, "rev-parse", "--show-prefix");
  const folder = await mkdtemp(join(tmpdir(), "echobench-checkout-"));
  const tree = join(folder, "tree");
  const path = join(tree, subfolder);
  const remove = async (): Promise<void> => {
    if (programStop.aborted) return removeLater(repository, tree, folder);
    await git(repository, "worktree", "remove", "--force", tree);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { exitCode, stderr } = await git(repository, "worktree", "add", "--detach", tree, hash);
    if (programStop.aborted) throw new InterruptedError("interrupted before the commits were checked out");
    if (exitCode !== 0) throw new RunFailedError(`${flag} "${reference}" could not be checked out: ${stderr}`);
    await setUp(repository, path, `${flag} "${reference}"`);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, commit: hash.slice(0, 7), [Symbol.asyncDispose]: remove };
}
