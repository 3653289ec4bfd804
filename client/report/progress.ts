import { StatusLine, type Terminal } from "../../lib/process/terminal.ts";
import { eventLoopTimers, repeat } from "../../lib/timers.ts";
import { formatByteRate, formatCount, formatDuration, formatLatency } from "../../lib/text/format-units.ts";
import { CountersDelta } from "../measure/counters-delta.ts";
import type { RunProgress } from "../run/run.ts";

const REDRAW_MS = 500;

/** What one redraw shows. Rates and percentiles are of the time since the last redraw. */
export interface ProgressFigures {
  readonly elapsedMs: number;
  /** undefined if the run has no end in time */
  readonly durationMs: number | undefined;
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly errors: number;
}

/** One line. */
export function renderProgress(figures: ProgressFigures): string {
  const { elapsedMs, durationMs } = figures;
  const of = durationMs === undefined ? "" : ` of ${formatDuration(durationMs)}`;
  const seconds = formatDuration(Math.floor(Math.max(0, elapsedMs) / 1_000) * 1_000);
  const time = elapsedMs < 0 ? "warm-up" : `${seconds === "0ms" ? "0s" : seconds}${of}`;
  const { messagesPerSecond, p50Ns, p99Ns } = figures;
  const hasMessages = messagesPerSecond > 0;
  const cells = [
    time,
    ...(hasMessages ? [`${formatCount(messagesPerSecond)} messages/s`] : []),
    formatByteRate(figures.bytesPerSecond),
    ...(hasMessages ? [`p50 ${formatLatency(p50Ns)}`, `p99 ${formatLatency(p99Ns)}`] : []),
    `errors ${formatCount(figures.errors)}`,
  ];
  return elapsedMs < 0 ? time : cells.join("  ");
}

/** Reads the counters of the threads; each sample covers the time since the one before. */
export class ProgressSampler {
  readonly #progress: RunProgress;
  readonly #durationMs: number | undefined;
  readonly #delta: CountersDelta;
  #lastMs: number;
  #errors = 0;

  constructor(progress: RunProgress, durationMs: number | undefined) {
    this.#progress = progress;
    this.#durationMs = durationMs;
    this.#delta = new CountersDelta(progress.counters);
    this.#lastMs = progress.windowStartMs;
  }

  sample(nowMs: number): ProgressFigures {
    const { windowStartMs } = this.#progress;
    const { messages, bytes, failures, rtt } = this.#delta.take();
    const [p50Ns = 0, p99Ns = 0] = rtt.valuesAt(50, 99);
    const seconds = (nowMs - this.#lastMs) / 1_000;
    this.#lastMs = Math.max(nowMs, windowStartMs);
    this.#errors += failures;
    return {
      elapsedMs: nowMs - windowStartMs,
      durationMs: this.#durationMs,
      messagesPerSecond: seconds > 0 ? messages / seconds : 0,
      bytesPerSecond: seconds > 0 ? bytes / seconds : 0,
      p50Ns,
      p99Ns,
      errors: this.#errors,
    };
  }
}

/** Told when the load starts; gives what ends the showing. */
export type ShowProgress = (progress: RunProgress) => Disposable;

/** Redraws one line until disposed, and then clears it. */
export function showProgressOn(terminal: Terminal, durationMs: number | undefined): ShowProgress {
  return (progress) => {
    const line = new StatusLine(terminal);
    const sampler = new ProgressSampler(progress, durationMs);
    const draw = (): void => {
      const figures = sampler.sample(performance.timeOrigin + performance.now());
      line.update([renderProgress(figures)]);
    };
    const end = repeat(eventLoopTimers, REDRAW_MS, draw);
    return {
      [Symbol.dispose]() {
        end();
        line.clear();
      },
    };
  };
}

/** Shows nothing. */
export const showNothing: ShowProgress = () => ({ [Symbol.dispose]() {} });
