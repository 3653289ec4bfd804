import { formatEndpoint } from "../address/address.ts";
import { formatCount, formatDuration, formatLatency } from "../text/format-units.ts";
import { fewSamples } from "../result/few-samples.ts";
import type { Merged, MergedPart, RunResult } from "../result/run-result.ts";
import { shardsText } from "../result/verdict.ts";

type Warning = RunResult["warnings"][number];

/** A warning names so many targets. */
const NAMED_TARGETS = 8;

/** A shard is slow when its p99 is above this many times the median of all: of two shards, that of the faster one. */
const SLOW_FACTOR = 3;

const indexes = (parts: readonly MergedPart[]): number[] => parts.map(({ index }) => index);

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

function missing({ missing: shards, of }: Merged): Warning[] {
  if (shards.length === 0) return [];
  return [
    {
      code: "shards-missing",
      message: `${shardsText(shards)} of ${of} missing: the load was lighter than asked for`,
      advice: "look at what their clients wrote on standard error",
    },
  ];
}

function cutShort({ cutShort: shards, parts }: Merged): Warning[] {
  if (shards.length === 0) return [];
  const ends = parts
    .filter(({ index }) => shards.includes(index))
    .map(({ index, durationMs }) => `shard ${index} after ${formatDuration(Math.round(durationMs))}`);
  return [
    {
      code: "shards-cut-short",
      message: `cut short: ${ends.join(", ")} of its window; ${shards.length < parts.length ? "the load was lighter from then on" : "none ran to its end"}`,
      advice: "look at why their clients or machines ended",
    },
  ];
}

function apart({ parts, commonShare }: Merged, skewMs: number): Warning[] {
  const middleUs = median(parts.map(({ openedAt }) => openedAt));
  const offsets = parts.map(({ index, openedAt }) => ({ index, ms: (openedAt - middleUs) / 1_000 }));
  const spreadMs = Math.max(...offsets.map(({ ms }) => ms)) - Math.min(...offsets.map(({ ms }) => ms));
  if (spreadMs <= skewMs) return [];
  const far = offsets.filter(({ ms }) => Math.abs(ms) > skewMs / 2);
  const named = far.map(
    ({ index, ms }) => `shard ${index} ${formatDuration(Math.round(Math.abs(ms)))} ${ms > 0 ? "after" : "before"}`,
  );
  return [
    {
      code: "shards-apart",
      message: `windows did not open together: ${named.join(", ")} the middle of all, by their clocks; they have ${Math.floor(commonShare * 100)} % in common, which rates are over`,
      advice: "give --start-at a later time, and keep the clocks right with NTP or PTP",
    },
  ];
}

function severalTargets({ parts }: Merged): Warning[] {
  const byTarget = [...Map.groupBy(parts, ({ address, port }) => (port > 0 ? formatEndpoint(address, port) : address))];
  if (byTarget.length < 2) return [];
  const named = byTarget.slice(0, NAMED_TARGETS).map(([target, same]) => `${target} (${shardsText(indexes(same))})`);
  const more = byTarget.length - named.length;
  return [
    {
      code: "several-targets",
      message: `the shards loaded ${byTarget.length} targets: ${named.join(", ")}${more > 0 ? ` and ${formatCount(more)} more` : ""}`,
      advice: "give all shards the same --host and --port, unless the load is meant for several",
    },
  ];
}

function unsynchronised({ parts }: Merged): Warning[] {
  const doubtful = parts.filter(({ clock }) => clock?.isSynchronised === false);
  if (doubtful.length === 0) return [];
  return [
    {
      code: "clock-unsynchronised",
      message: `nothing keeps the clock right of ${shardsText(indexes(doubtful))}: when they ran together is known by their clocks only`,
      advice: "run NTP or PTP there; round trips are right all the same",
    },
  ];
}

function slow({ parts }: Merged): Warning[] {
  const measured = parts.filter(({ rttNs }) => rttNs.count > 0);
  const all = measured.map(({ rttNs }) => rttNs.p99).toSorted((a, b) => a - b);
  const middle = all[Math.ceil(all.length / 2) - 1] ?? 0;
  const slowOnes = measured.filter(({ rttNs }) => rttNs.p99 > SLOW_FACTOR * middle);
  if (slowOnes.length === 0) return [];
  const named = slowOnes.map(({ index, rttNs }) => `shard ${index} ${formatLatency(rttNs.p99)}`);
  return [
    {
      code: "slow-shard",
      message: `p99 of ${named.join(", ")} is above ${SLOW_FACTOR} times ${formatLatency(middle)}, the median of all shards`,
      advice: "look at that machine and its path: the percentiles of the whole hold its round trips too",
    },
  ];
}

/** What the shards themselves warned of, once for each kind, with who did. */
function inherited(results: readonly RunResult[]): Warning[] {
  const all = results.flatMap(({ shard, warnings }) =>
    warnings.filter(({ code }) => code !== "few-samples").map((warning) => ({ warning, index: shard?.index ?? 0 })),
  );
  return [...Map.groupBy(all, ({ warning }) => warning.code).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const others =
      same.length > 1
        ? ` (and ${formatCount(same.length - 1)} more: ${shardsText(same.slice(1).map(({ index }) => index))})`
        : "";
    return [{ ...first.warning, message: `shard ${first.index}${others}: ${first.warning.message}` }];
  });
}

/** Reasons to doubt a merged result: those of its making, those of the whole, those of the shards. */
export const warningsOf = (
  merged: Merged,
  results: readonly RunResult[],
  messages: number,
  skewMs: number,
): Warning[] => [
  ...missing(merged),
  ...cutShort(merged),
  ...apart(merged, skewMs),
  ...severalTargets(merged),
  ...unsynchronised(merged),
  ...slow(merged),
  ...(messages > 0 ? fewSamples(messages) : []),
  ...inherited(results),
];
