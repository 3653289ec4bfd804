import { UsageError } from "../../lib/errors.ts";
import { openFileLimit } from "../../lib/cli/start-check.ts";

/** Open files besides connections: standard streams, modules, event loops, and those of each thread. */
const OWN = 12;
const OF_A_THREAD = 4;

/**
 * Compares what a run will open with what this process may open.
 * @returns a warning when some connections will be missing
 * @throws UsageError when not even one connection fits
 */
export function checkDescriptors(
  { conns, threads }: { readonly conns: number; readonly threads: number },
  limit: number | undefined = openFileLimit(),
): string | undefined {
  const own = OWN + OF_A_THREAD * threads;
  const needed = own + conns;
  if (limit === undefined || needed <= limit) return undefined;
  const shortage = `this process may open ${limit} files (ulimit -n) and needs about ${needed}`;
  const wayOut = `raise the limit with: ulimit -n ${needed}`;
  if (own >= limit) throw new UsageError(`--threads "${threads}": ${shortage}; ${wayOut}`);
  return `--conns "${conns}": ${shortage}, so connections will be missing; ${wayOut}`;
}
