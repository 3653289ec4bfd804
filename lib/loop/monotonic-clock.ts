/** Where the clock starts: no integer, so that no value is one. */
const ORIGIN_NS = 2 ** 33 + 0.5;

/**
 * A monotonic clock, in ns. `Bun.nanoseconds` starts at 0 with the thread, and JavaScriptCore keeps integers below 2^31 in
 * another representation than larger ones. So 2.1 s after the start, code that was compiled for the small ones would be
 * compiled again: in the midst of a measurement, and on a processor that the server may need. Values that are no
 * integers have one representation.
 */
export const monotonicNs = (): number => Bun.nanoseconds() + ORIGIN_NS;
