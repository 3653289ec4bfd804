import { ptr } from "bun:ffi";
import { CLOCK_MONOTONIC } from "./constants.ts";
import { libc, libcAvailable } from "./libc.ts";

/**
 * Where the clock starts. It is no integer, and neither is what is added to nanoseconds, so that no value of the clock is
 * one, and none on the way to it. JavaScriptCore keeps integers below 2^31 in another representation than larger ones:
 * with a clock that starts at 0, code that was compiled for the small ones would be compiled again after 2.1 s, in the
 * midst of a measurement, and on a processor that the server may need.
 */
const ORIGIN_SECONDS = 8.5;
const FRACTION_NS = 0.5;

/** `struct timespec`, LP64: i64 seconds, i64 nanoseconds, little-endian. The lower half of each is enough. */
const time = new Uint32Array(new ArrayBuffer(16));
const timeAt = ptr(time);
const isCallable = libcAvailable && libc().clock_gettime(CLOCK_MONOTONIC, timeAt) === 0;
const zeroSeconds = (time[0] as number) - ORIGIN_SECONDS;

/** The C library reads the clock in 35 ns, `Bun.nanoseconds` in 45; in the midst of a load the difference is larger. */
function readSystemClock(): number {
  libc().clock_gettime(CLOCK_MONOTONIC, timeAt);
  return ((time[0] as number) - zeroSeconds) * 1e9 + ((time[2] as number) + FRACTION_NS);
}

const readBunsClock = (): number => Bun.nanoseconds() + (ORIGIN_SECONDS * 1e9 + FRACTION_NS);

/** A monotonic clock, in ns, with an origin of the thread's own. */
export const monotonicNs: () => number = isCallable ? readSystemClock : readBunsClock;
