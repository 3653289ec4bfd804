import { UsageError } from "../errors.ts";

/** Environment variable of the server: nanoseconds of processor time to waste at every read. `bench prove` sets it. */
export const slowDownVariable = "ECHOBENCH_BUSY_NS";

/** More than this would look like a hang. */
const MAX_NS = 1e9;

/**
 * Reads the variable. @returns nanoseconds, or undefined when it is not set
 * @throws UsageError when it is anything but an integer from 1 to 10^9
 */
export function slowDownNs(written: string | undefined): number | undefined {
  if (written === undefined || written === "") return undefined;
  const ns = /^\d+$/.test(written) ? Number(written) : 0;
  if (ns < 1 || ns > MAX_NS)
    throw new UsageError(`${slowDownVariable} "${written}": expected nanoseconds, an integer from 1 to ${MAX_NS}`);
  return ns;
}

/** Changes bytes in place. */
type Change = (bytes: Uint8Array) => void;

/** What to do with each read when the server is slowed down: wait with a busy processor, then change the bytes. */
export function slowedDown(change: Change | undefined, busyNs: number, nowNs: () => number = Bun.nanoseconds): Change {
  return (bytes) => {
    const endNs = nowNs() + busyNs;
    while (nowNs() < endNs);
    change?.(bytes);
  };
}
