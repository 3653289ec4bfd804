import { ValueError } from "../../lib/errors.ts";
import { durationText } from "../../lib/text/format-units.ts";
import { parseDurationMs } from "../../lib/text/parse-units.ts";
import { MAX_RATE, MIN_RATE, parseRate } from "./rate.ts";

/** A stage of a load: its rate, which is reached from that before it within its time. */
export interface Stage {
  readonly messagesPerSecond: number;
  readonly durationMs: number;
}

/** How long all stages take, in ms. */
export const durationOf = (stages: readonly Stage[]): number =>
  stages.reduce((sum, { durationMs }) => sum + durationMs, 0);

/** The highest rate of the stages, messages a second. */
export const highestRateOf = (stages: readonly Stage[]): number =>
  stages.reduce((highest, { messagesPerSecond }) => Math.max(highest, messagesPerSecond), 0);

const MAX_STAGES = 1_000;
const MAX_DURATION_MS = Number.MAX_SAFE_INTEGER / 1e6;

function parseStage(text: string): Stage {
  const [rateText = "", timeText, ...rest] = text.split(":").map((part) => part.trim());
  const durationMs = parseDurationMs(timeText ?? "");
  const messagesPerSecond = /^0+(?:\/s)?$/.test(rateText) ? 0 : parseRate(rateText);
  if (durationMs === undefined || rest.length > 0) {
    throw new ValueError(
      `expected stages of a rate and a time such as 10k/s:30s, found ${JSON.stringify(text.trim())}`,
    );
  }
  if (messagesPerSecond === undefined) {
    const found = JSON.stringify(rateText);
    throw new ValueError(`expected rates of 0 or from ${MIN_RATE} to ${MAX_RATE / 1e6}M, found ${found}`);
  }
  return { messagesPerSecond, durationMs };
}

/**
 * Parses `10k/s:30s,50k/s:1m,0:10s`: rates, and the times in which they are reached from the ones before.
 * @throws ValueError when a stage is none, and when all together are no load
 */
export function parseStages(text: string): readonly Stage[] {
  const parts = text.split(",");
  if (parts.length > MAX_STAGES) throw new ValueError(`expected at most ${MAX_STAGES} stages`);
  const stages = parts.map(parseStage);
  const totalMs = durationOf(stages);
  if (totalMs > MAX_DURATION_MS)
    throw new ValueError(`expected stages of at most ${Math.floor(MAX_DURATION_MS / 3.6e6)}h`);
  if (totalMs < 1) throw new ValueError("expected stages that take 1ms or more");
  if (highestRateOf(stages) === 0) throw new ValueError("expected a stage with a rate above 0");
  return stages;
}

/** The stages as they are written on the command line: `10000/s:30s,0/s:10s`. */
export const stagesText = (stages: readonly Stage[]): string =>
  stages.map(({ messagesPerSecond, durationMs }) => `${messagesPerSecond}/s:${durationText(durationMs)}`).join(",");
