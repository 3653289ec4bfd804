/** A part of a load: within its time the rate changes linearly from that before it, which is 0 at first, to its own. */
export interface Stage {
  /** at its end */
  readonly messagesPerSecond: number;
  /** 0 changes the rate at once */
  readonly durationMs: number;
}

/** The messages that are due in the first `untilMs` of the stages: the integral of their rate. */
export function messagesDue(stages: readonly Stage[], untilMs: number): number {
  const schedule = new RateSchedule(stages);
  return schedule.countAt(untilMs * 1e6);
}

/** A stage that takes time, from where the stages before it end. */
interface Slope {
  readonly startNs: number;
  readonly lengthNs: number;
  /** messages a nanosecond at its start */
  readonly rate: number;
  /** by which the rate changes in each nanosecond */
  readonly change: number;
  /** messages that are due before it, and by its end */
  readonly from: number;
  readonly to: number;
}

/** Messages that are due in the first `ns` of a slope. */
const dueWithin = ({ rate, change }: Slope, ns: number): number => ns * (rate + (change * ns) / 2);

function slopesOf(stages: readonly Stage[]): Slope[] {
  const slopes: Slope[] = [];
  let [startNs, rate, from] = [0, 0, 0];
  for (const { messagesPerSecond, durationMs } of stages) {
    const [last, lengthNs] = [messagesPerSecond / 1e9, durationMs * 1e6];
    if (lengthNs > 0) {
      const to = from + ((rate + last) / 2) * lengthNs;
      slopes.push({ startNs, lengthNs, rate, change: (last - rate) / lengthNs, from, to });
      [startNs, from] = [startNs + lengthNs, to];
    }
    rate = last;
  }
  return slopes;
}

/** How many messages of staged load are due by when, and the inverse. Times in nanoseconds since its start. */
export class RateSchedule {
  readonly #slopes: readonly Slope[];

  constructor(stages: readonly Stage[]) {
    this.#slopes = slopesOf(stages);
  }

  /** The messages that are due by then, with the part of the next one that has passed. */
  countAt(ns: number): number {
    const slope = this.#slopes.findLast(({ startNs }) => startNs <= ns);
    return slope ? slope.from + dueWithin(slope, Math.min(ns - slope.startNs, slope.lengthNs)) : 0;
  }

  /** In which slope that many messages are exceeded. @param after one that is known not to be later */
  slopeOf(count: number, after: number): number {
    let at = after;
    while (at < this.#slopes.length && (this.#slopes[at] as Slope).to <= count) at++;
    return at;
  }

  /** When that many messages are due, in the slope that `slopeOf` found; Infinity after the last one. */
  timeOf(count: number, at: number): number {
    const slope = this.#slopes[at];
    if (!slope) return Number.POSITIVE_INFINITY;
    const { startNs, lengthNs, rate, change, from } = slope;
    const left = count - from;
    if (left <= 0) return startNs;
    // Of the two forms of the root, the one that divides by a sum loses no digits where the rate hardly changes.
    const ns = (2 * left) / (rate + Math.sqrt(Math.max(0, rate * rate + 2 * change * left)));
    return startNs + Math.min(ns, lengthNs);
  }
}
