/** This process's time in ms since 1970, with fractions. It does not follow a clock that is set. */
export const absoluteNowMs = (): number => performance.timeOrigin + performance.now();

/** Long enough to see the wall clock's next whole millisecond, which is all that it tells. */
const SAMPLED_MS = 4;

/**
 * How far the wall clock is ahead of `absoluteNowMs`, in ms with fractions: 0 unless the clock was set after this process
 * started.
 * @param wallMs the wall clock in whole milliseconds
 */
export function wallLeadMs(wallMs: () => number = Date.now, absoluteMs: () => number = absoluteNowMs): number {
  const endMs = absoluteMs() + SAMPLED_MS;
  let leadMs = Number.NEGATIVE_INFINITY;
  // A sample is too small by the part of a millisecond that the wall clock does not tell, and by what comes between the two
  // readings. So the largest is right.
  do {
    leadMs = Math.max(leadMs, wallMs() - absoluteMs());
    if (leadMs > -1 && leadMs <= 0) return 0;
  } while (absoluteMs() < endMs);
  return leadMs;
}
