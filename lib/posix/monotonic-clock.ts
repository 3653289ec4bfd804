import { ptr } from "bun:ffi";
import { CLOCK_MONOTONIC } from "./constants.ts";
import { libc, libcAvailable } from "./libc.ts";

/**
 * Where the clock starts: no integer, so that no value is one. JavaScriptCore keeps integers below 2^31 in another
 * representation than larger ones. With a clock that starts at 0, code that was compiled for the small ones would be
 * compiled again after 2.1 s: in the midst of a measurement, and on a processor that the server may need.
 */
const ORIGIN_NS = 2 ** 33 + 0.5;

/** `struct timespec`, LP64: i64 seconds, i64 nanoseconds, little-endian. The lower half of each is enough. */
const time = new Uint32Array(new ArrayBuffer(16));
const timeAt = ptr(time);

const startSeconds = libcAvailable && libc().clock_gettime(CLOCK_MONOTONIC, timeAt) === 0 ? (time[0] as number) : 0;

/** The C library reads the clock in 36 ns, `Bun.nanoseconds` in 45; in the midst of a load the difference is larger. */
function readSystemClock(): number {
  libc().clock_gettime(CLOCK_MONOTONIC, timeAt);
  return ((time[0] as number) - startSeconds) * 1e9 + (time[2] as number) + ORIGIN_NS;
}

/** A monotonic clock, in ns, with an origin of the thread's own. */
export const monotonicNs: () => number = libcAvailable ? readSystemClock : () => Bun.nanoseconds() + ORIGIN_NS;
