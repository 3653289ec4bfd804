import { readFileSync } from "node:fs";

/** Open files that a program needs before it connects to anything: its modules, its event loop, its threads. */
const NEEDED = 24;

/** The limit of open files; undefined where the system does not say. Bun raises the soft limit to the hard one. */
export function openFileLimit(): number | undefined {
  try {
    const [, limit] = /^Max open files +\d+ +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/** Ends a program that could not even load, with a reason. Imports nothing that takes files to load. */
export function requireFiles(): void {
  const limit = openFileLimit();
  if (limit === undefined || limit >= NEEDED) return;
  process.stderr.write(
    `error: ulimit -n "${limit}": expected at least ${NEEDED} open files, and one more for each connection; raise it with: ulimit -n 1024\n`,
  );
  process.exit(2);
}
