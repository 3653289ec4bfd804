import { parseRatePerSecond } from "../../lib/text/parse-units.ts";

/** Bounds of the rate of an open loop, messages a second. */
export const MIN_RATE = 0.001;
export const MAX_RATE = 10_000_000;

/** Parses the rate of an open loop; undefined for anything else. @throws ValueError for a small m, such as `10m` */
export function parseRate(text: string): number | undefined {
  const rate = parseRatePerSecond(text);
  return rate !== undefined && rate >= MIN_RATE && rate <= MAX_RATE ? rate : undefined;
}
