import { percentiles } from "../latency/percentiles.ts";
import { formatCount } from "../text/format-units.ts";

/** A percentile is meaningful if at least this many samples lie above it. */
const SAMPLES_ABOVE = 10;

/** Percentiles below this one are not checked: they need few samples. */
const LOWEST_TAIL = 90;

/** Says which percentiles of so many messages mean nothing. */
export function fewSamples(messages: number) {
  const weak = percentiles.filter(
    ({ percent }) => percent >= LOWEST_TAIL && messages * (1 - percent / 100) < SAMPLES_ABOVE - 1e-6,
  );
  const [first] = weak;
  if (first === undefined) return [];
  const names = weak.length === 1 ? first.label : `${first.label} and above`;
  return [
    {
      code: "few-samples" as const,
      message: `too few messages (${formatCount(messages)}) for ${names}: fewer than ${SAMPLES_ABOVE} lie beyond`,
      advice: "run longer, or read lower percentiles only",
    },
  ];
}
