import { createRandom } from "../../lib/payload/random.ts";
import { between } from "./random.ts";

/** A fault that is due. */
export interface Due<T> {
  readonly fault: T;
  /** repeats what the fault draws */
  readonly seed: number;
  /** how long to wait before it, in ms */
  readonly pauseMs: number;
}

const LONGEST_PAUSE_MS = 1_000;

/** Rounds without an end: each has every fault once, in an order of its own. The same seed gives the same rounds. */
export function* scheduleOf<T>(seed: number, faults: readonly T[]): Generator<Due<T>, void> {
  const random = createRandom(seed);
  while (faults.length > 0) {
    const left = [...faults];
    while (left.length > 0) {
      const [fault] = left.splice(between(random, 0, left.length - 1), 1) as [T];
      yield { fault, seed: between(random, 0, 2 ** 32 - 1), pauseMs: between(random, 0, LONGEST_PAUSE_MS) };
    }
  }
}
