import { formatByteRate, formatCount, formatLatency, formatSize, plural } from "../../lib/text/format-units.ts";
import type { Axis } from "./options.ts";
import type { SweepPoint, SweepResult } from "./result.ts";

/** The varying setting of a point in words: `64 KiB`, `10 connections`, `5,000/s`. */
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

/** Share of the best throughput that the answer looks for. */
const NEAR_BEST = 0.9;

const things = { size: "messages of", conns: "", buffer: "buffers of", rate: "" } as const;

function sweepAnswer(axis: Axis, points: readonly SweepPoint[]): string {
  const best = Math.max(...points.map(({ bytesPerSecond }) => bytesPerSecond));
  const enough = points.find(({ bytesPerSecond }) => bytesPerSecond >= NEAR_BEST * best);
  const fastest = points.toSorted((a, b) => a.rttNs.p50 - b.rttNs.p50)[0];
  if (!enough || !fastest) return "nothing was measured";
  const name = (point: SweepPoint): string => `${things[axis]} ${pointName(axis, point)}`.trim();
  return `highest throughput ${formatByteRate(best)}, 90 % of it from ${name(enough)} on; lowest round trip ${formatLatency(fastest.rttNs.p50)} with ${name(fastest)}`;
}

function kneeAnswer({ bounds, messagesPerSecond }: NonNullable<SweepResult["knee"]>): string {
  const words = bounds.join(" and ");
  if (messagesPerSecond === null) return `none of the tried rates meets ${words}`;
  return `up to ${formatCount(messagesPerSecond)} messages/s meet ${words}`;
}

/** The answer of a sweep. */
export const answerOf = (axis: Axis, points: readonly SweepPoint[], knee: SweepResult["knee"]): string =>
  knee ? kneeAnswer(knee) : sweepAnswer(axis, points);

const warningAdvice: Readonly<Record<string, string>> = {
  "client-saturated": "the client's own thread was the limit at some points: the server and the path may be faster",
  "few-samples": "some points have too few messages for their percentiles: give more --duration",
  "late-sends": "the client sent some messages late: give it a core of its own",
  "rate-not-reached": "some rates were not reached, which counts as missed",
  "window-full":
    "some messages waited, as --pipeline messages were in flight on their connection: raise --conns or --pipeline",
};

/** Advice on the warnings of all points, each once. */
export const adviceOf = (points: readonly SweepPoint[]): string[] =>
  Object.entries(warningAdvice)
    .filter(([code]) => points.some(({ warnings }) => warnings.includes(code)))
    .map(([, words]) => words);
