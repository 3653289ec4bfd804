import { UnreachableError } from "../../lib/errors.ts";
import { descriptorLimit } from "../../lib/posix/descriptors.ts";

/** What the program itself has open: streams, the event loop, files, the listener, and a few connections. */
const OWN_DESCRIPTORS = 24;

/** What the supervisor has open for each worker. */
const DESCRIPTORS_PER_WORKER = 4;

/**
 * Checks at the start that the limit of open files leaves room for serving: without it the first file that cannot be
 * opened would end the program, whichever that is.
 * @throws UnreachableError that names the limit
 */
export function checkDescriptorLimit(workers: number, limit: number | undefined = descriptorLimit()): void {
  const needed = OWN_DESCRIPTORS + workers * DESCRIPTORS_PER_WORKER;
  if (limit === undefined || limit >= needed) return;
  const purpose = workers > 1 ? ` for --workers "${workers}"` : "";
  throw new UnreachableError(
    `the limit of open files is ${limit}: expected at least ${needed}${purpose}; see ulimit -n`,
  );
}
