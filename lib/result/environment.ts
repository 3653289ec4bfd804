import { arch, cpus, loadavg, release, totalmem, type as osType } from "node:os";
import type { RunResult } from "./run-result.ts";
import { checkoutRoot, form } from "../invocation.ts";
import { version } from "../version.ts";

/** Defined by the builds only. */
declare const BUILD_COMMIT: string | null;

function git(...args: readonly string[]): string {
  const { stdout } = Bun.spawnSync(["git", "-C", checkoutRoot, ...args], { stderr: "ignore" });
  return stdout.toString().trim();
}

/** The commit of this checkout, or of the one that this was built from; null outside of git. */
function readCommit(): string | null {
  if (form !== "checkout") return BUILD_COMMIT;
  try {
    return git("rev-parse", "--show-toplevel") === checkoutRoot ? git("rev-parse", "--short", "HEAD") || null : null;
  } catch {
    return null;
  }
}

let tool: RunResult["tool"] | undefined;

/** The build of echobench that runs. */
export const describeTool = (): RunResult["tool"] =>
  (tool ??= { name: "echobench", version, bun: Bun.version, commit: readCommit() });

/** The machine it runs on, and its load. */
export const describeEnvironment = (): RunResult["environment"] => ({
  os: osType(),
  kernel: release(),
  arch: arch(),
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  memoryBytes: totalmem(),
  loadAverage1m: loadavg()[0] ?? 0,
});
