import { ValueError } from "../../lib/errors.ts";
import { parseDurationMs } from "../../lib/text/parse-units.ts";

/** When a load has to start. */
export interface StartTime {
  /** ms since 1970, by the wall clock */
  readonly atMs: number;
  /** whether it is the same for everybody who reads it; `+5s` is not */
  readonly isCommon: boolean;
}

/** A date and a time, and whether they are in a time zone. Fractions may have a comma, as `date -Ins` writes them. */
const ISO = /^(\d{4}-\d\d)-(\d\d)[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i;

/** 5138 in seconds, 1973 in milliseconds. */
const MOST_SECONDS = 1e11;

/** How many days a month has, which `Date.parse` does not look at: it takes February 31 for March 3. */
const daysOf = (month = ""): number =>
  new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();

function parseIso(text: string): number | undefined {
  const [found, month, day, zone] = ISO.exec(text) ?? [];
  if (found === undefined || Number(day) > daysOf(month)) return undefined;
  if (zone === undefined) throw new ValueError(`expected a time zone, such as ${text}Z for UTC`);
  const atMs = Date.parse(found.replace(",", ".").replace(" ", "T"));
  return Number.isNaN(atMs) ? undefined : atMs;
}

function parseUnixSeconds(text: string): number | undefined {
  if (!/^\d+(?:\.\d+)?$/.test(text)) return undefined;
  const seconds = Number(text);
  if (seconds >= MOST_SECONDS) throw new ValueError("expected seconds since 1970, as date +%s prints them");
  return seconds * 1_000;
}

function parseDelay(text: string, nowMs: number): number | undefined {
  const ms = text.startsWith("+") ? parseDurationMs(text.slice(1)) : undefined;
  return ms === undefined || !Number.isFinite(ms) ? undefined : nowMs + ms;
}

/**
 * Reads a date and a time with a time zone, seconds since 1970 or `+5s`.
 * @returns undefined for anything else
 * @throws ValueError for a time without a zone, which each machine would take for another one, and for milliseconds
 */
export function parseStartTime(text: string, nowMs: number = Date.now()): StartTime | undefined {
  const delayed = parseDelay(text, nowMs);
  if (delayed !== undefined) return { atMs: delayed, isCommon: false };
  const atMs = parseUnixSeconds(text) ?? parseIso(text);
  return atMs === undefined ? undefined : { atMs, isCommon: true };
}

/** The time as results and messages have it, in UTC. */
export const startTimeText = ({ atMs }: StartTime): string => new Date(atMs).toISOString();
