import { median, medianAbsoluteDeviation, probit, quantileSorted } from "simple-statistics";

/** What was seen of a process at a time. */
export interface Point {
  readonly ms: number;
  readonly value: number;
}

/** How a value changes, an hour, with the bounds of its 95 % confidence interval. */
export interface Slope {
  readonly perHour: number;
  readonly lowPerHour: number;
  readonly highPerHour: number;
  /** whether it rises, by more than the values vary anyway */
  readonly isRising: boolean;
  readonly points: number;
}

const HOUR_MS = 3_600_000;
const WARM_UP_PART = 0.1;
/** Neighbouring samples resemble each other. Medians of groups do so less, so that the interval is not too narrow. */
const GROUPS = 60;
const FEWEST_POINTS = 10;

/** The points without the first tenth of the time. */
export function afterWarmUp(points: readonly Point[]): readonly Point[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return [];
  const fromMs = first.ms + WARM_UP_PART * (last.ms - first.ms);
  return points.filter(({ ms }) => ms >= fromMs);
}

/** Medians of at most 60 groups of neighbours. */
function grouped(points: readonly Point[]): Point[] {
  const length = Math.ceil(points.length / GROUPS);
  const groups = Array.from({ length: Math.ceil(points.length / length) }, (_, at) =>
    points.slice(at * length, (at + 1) * length),
  );
  return groups.map((group) => ({
    ms: median(group.map(({ ms }) => ms)),
    value: median(group.map(({ value }) => value)),
  }));
}

/**
 * The slope of Theil and Sen: the median of the slopes between all pairs, with Sen's interval of 1968. One outlier, such as a
 * garbage collection, does not move it.
 * @returns undefined for fewer than 10 points
 */
export function slopeOf(points: readonly Point[]): Slope | undefined {
  if (points.length < FEWEST_POINTS) return undefined;
  const groups = grouped(points);
  const slopes = groups
    .flatMap((to, at) =>
      groups.slice(0, at).flatMap((from) => (to.ms > from.ms ? [(to.value - from.value) / (to.ms - from.ms)] : [])),
    )
    .toSorted((a, b) => a - b);
  if (slopes.length === 0) return undefined;
  const count = groups.length;
  const halfWidth = (probit(0.975) * Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18)) / 2;
  const rank = (offset: number): number => Math.min(1, Math.max(0, 0.5 + offset / slopes.length));
  const [low, middle, high] = [-halfWidth, 0, halfWidth].map((offset) => quantileSorted(slopes, rank(offset)));
  const [perMs = 0, lowPerMs = 0, highPerMs = 0] = [middle, low, high];
  const detrended = groups.map(({ ms, value }) => value - perMs * ms);
  const noise = medianAbsoluteDeviation(detrended);
  const spanMs = (groups.at(-1)?.ms ?? 0) - (groups[0]?.ms ?? 0);
  return {
    perHour: perMs * HOUR_MS,
    lowPerHour: lowPerMs * HOUR_MS,
    highPerHour: highPerMs * HOUR_MS,
    isRising: lowPerMs > 0 && lowPerMs * spanMs > 2 * noise,
    points: points.length,
  };
}
