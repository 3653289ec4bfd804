/** This process's time in ms since 1970, with fractions. It does not follow a clock that is set. */
export const absoluteNowMs = (): number => performance.timeOrigin + performance.now();

/** A wall clock that does not go on for this long stands still. */
const LONGEST_STEP_MS = 20;

/**
 * How far the wall clock is ahead of `absoluteNowMs`, in ms with fractions: nearly 0 unless the clock was set after this
 * process started. It waits for the clock's next millisecond, since it tells no smaller part.
 */
export function wallLeadMs(): number {
  const [before, startMs] = [Date.now(), absoluteNowMs()];
  let now = before;
  while (now === before && absoluteNowMs() - startMs < LONGEST_STEP_MS) now = Date.now();
  return now - absoluteNowMs();
}
