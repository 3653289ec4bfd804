import { formatByteRate, formatCount, formatLatency, formatSize, plural } from "../../lib/units.ts";
import type { Axis } from "./options.ts";
import type { SweepPoint, SweepResult } from "./result.ts";

/** What varies, at one point, in words: `64 KiB`, `10 connections`, `5,000/s`. */
export function pointName(axis: Axis, { size, conns, buffer, rate }: SweepPoint): string {
  switch (axis) {
    case "size":
      return formatSize(size);
    case "conns":
      return plural(conns, "connection");
    case "buffer":
      return buffer === null ? "autotuned" : formatSize(buffer);
    case "rate":
      return rate === null ? "closed" : `${formatCount(rate)}/s`;
  }
}

/** Part of the best throughput with which a point counts as being there. */
const NEARLY = 0.9;

const things = { size: "messages of", conns: "", buffer: "buffers of", rate: "" } as const;

function sweepAnswer(axis: Axis, points: readonly SweepPoint[]): string {
  const best = Math.max(...points.map(({ bytesPerSecond }) => bytesPerSecond));
  const enough = points.find(({ bytesPerSecond }) => bytesPerSecond >= NEARLY * best);
  const quickest = points.toSorted((a, b) => a.rttNs.p50 - b.rttNs.p50)[0];
  if (!enough || !quickest) return "nothing was measured";
  const name = (point: SweepPoint): string => `${things[axis]} ${pointName(axis, point)}`.trim();
  return `highest throughput ${formatByteRate(best)}, 90 % of it from ${name(enough)} on; lowest round trip ${formatLatency(quickest.rttNs.p50)} with ${name(quickest)}`;
}

function kneeAnswer({ bounds, messagesPerSecond }: NonNullable<SweepResult["knee"]>): string {
  const words = bounds.join(" and ");
  if (messagesPerSecond === null) return `no rate that was tried keeps ${words}`;
  return `up to ${formatCount(messagesPerSecond)} messages/s keep ${words}`;
}

/** Says what a sweep has found. */
export const answerOf = (axis: Axis, points: readonly SweepPoint[], knee: SweepResult["knee"]): string =>
  knee ? kneeAnswer(knee) : sweepAnswer(axis, points);

const doubts: Readonly<Record<string, string>> = {
  "client-saturated":
    "the client's own thread was the limit at some points: the server and the path may be good for more",
  "few-samples": "some points have few messages beyond their percentiles: give more --duration",
  "late-sends": "some messages were sent late by the client itself: give it a core of its own",
};

/** What keeps the figures from meaning what they seem to, each doubt once. */
export const adviceOf = (points: readonly SweepPoint[]): string[] =>
  Object.entries(doubts)
    .filter(([code]) => points.some(({ warnings }) => warnings.includes(code)))
    .map(([, words]) => words);
