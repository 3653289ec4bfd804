/**
 * Works on many things, some at a time; once stopped, begins no more.
 * @returns what came of those that were ended, in their order
 */
export async function workThrough<T, R>(
  all: readonly T[],
  atOnce: number,
  work: (each: T) => Promise<R | undefined>,
  stop: AbortSignal,
  onDone: (done: number) => void,
): Promise<R[]> {
  const results: Array<R | undefined> = [];
  let next = 0;
  let done = 0;
  async function worker(): Promise<void> {
    while (next < all.length && !stop.aborted) {
      const place = next++;
      // Within the bounds, just above.
      results[place] = await work(all[place] as T);
      onDone(++done);
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker));
  return results.filter((result) => result !== undefined);
}
