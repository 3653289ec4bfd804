import { arch, cpus, loadavg, release, totalmem, type as osType } from "node:os";
import type { RunResult } from "./run-result.ts";
import { checkoutRoot, isExecutable } from "../invocation.ts";
import { version } from "../version.ts";

/** Put in by the build of the executable, and nowhere else there. */
declare const BUILD_COMMIT: string | null;

function git(...args: readonly string[]): string {
  const { stdout } = Bun.spawnSync(["git", "-C", checkoutRoot, ...args], { stderr: "ignore" });
  return stdout.toString().trim();
}

/** The commit of this checkout, or of the one that the executable was built from; null where there is none. */
function readCommit(): string | null {
  if (isExecutable) return BUILD_COMMIT;
  try {
    return git("rev-parse", "--show-toplevel") === checkoutRoot ? git("rev-parse", "--short", "HEAD") || null : null;
  } catch {
    return null;
  }
}

/** Which build of echobench runs. */
export const describeTool = (): RunResult["tool"] => ({
  name: "echobench",
  version,
  bun: Bun.version,
  commit: readCommit(),
});

/** Which machine it runs on, and how busy that is. */
export const describeEnvironment = (): RunResult["environment"] => ({
  os: osType(),
  kernel: release(),
  arch: arch(),
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  memoryBytes: totalmem(),
  loadAverage1m: loadavg()[0] ?? 0,
});
