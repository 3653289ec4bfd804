import { formatBitRate, formatBytes, formatDuration, formatLatency } from "../../lib/text/format-units.ts";
import type { Direction } from "./direction.ts";
import type { Grade } from "./grade.ts";

/** What the answer depends on. */
export interface BloatFindings {
  readonly grade: Grade;
  readonly increaseNs: number;
  readonly maxIncreaseMs: number;
  readonly direction: Direction;
  readonly bytesPerSecond: number;
  readonly idleNs: number;
  readonly isStable: boolean;
  readonly isLoopback: boolean;
  readonly closeProblem: string | undefined;
}

const ways: Readonly<Record<Direction, string>> = {
  there: "on the way to the server",
  back: "on the way back from the server",
  unclear: "somewhere on the path",
};

/** Bytes queued on the path: those that pass it in the added latency. */
export const queuedBytes = (increaseNs: number, bytesPerSecond: number): number =>
  (Math.max(0, increaseNs) / 1e9) * bytesPerSecond;

function bufferAdvice({ direction, bytesPerSecond, increaseNs, idleNs }: BloatFindings): string[] {
  const queued = formatBytes(Math.round(queuedBytes(increaseNs, bytesPerSecond)));
  const needed = formatBytes(Math.max(1_500, Math.round((idleNs / 1e9) * bytesPerSecond)));
  const rate = formatBitRate(bytesPerSecond);
  return [
    `about ${queued} are queued ${ways[direction]}, in front of the slowest link (${rate}); ${needed} would be enough to keep it busy (rate x idle round trip)`,
    "at that link: fq_codel or cake, shaped a little below its rate, or a shorter queue; at the senders: BBR, or a smaller SO_SNDBUF (--sndbuf)",
  ];
}

/** How latency changes under load, and what to do about it. */
export function bloatAnswer(findings: BloatFindings): { readonly answer: string; readonly advice: readonly string[] } {
  const { grade, increaseNs, maxIncreaseMs, direction, isStable, isLoopback, closeProblem } = findings;
  const added = increaseNs > 0 ? `load adds ${formatLatency(increaseNs)}` : "load adds no latency";
  const isBloated = increaseNs > maxIncreaseMs * 1e6;
  const where = isBloated ? ` ${ways[direction]}` : "";
  const limit = isBloated ? `, more than the allowed ${formatDuration(maxIncreaseMs)}` : "";
  return {
    answer: `grade ${grade}: ${added}${where}${limit}`,
    advice: [
      ...(isBloated ? bufferAdvice(findings) : []),
      ...(isStable
        ? []
        : ["throughput or latency had not become stable: take the figures as a lower limit, or give more --duration"]),
      ...(isLoopback ? ["over loopback there is no queue: this measures the processors of the machine"] : []),
      ...(closeProblem === undefined ? [] : [closeProblem]),
    ],
  };
}
