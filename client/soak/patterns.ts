import { formatDuration } from "../../lib/units.ts";

/** A break, as far as patterns are looked for. */
export interface Break {
  /** ms since 1970 */
  readonly at: number;
  readonly connection: number;
  /** how long the connection had stood; null when it did not come about */
  readonly ageMs: number | null;
  /** how long nothing had been sent before */
  readonly silentMs: number | null;
}

/** What breaks have in common. */
export interface Pattern {
  readonly kind: "lifetime" | "period" | "together" | "idle";
  /** the length of time that is common; null where there is none */
  readonly ms: number | null;
  readonly message: string;
  readonly advice: string;
}

/** Fewer are chance. */
const LEAST_BREAKS = 3;

/** What lies this close to the median is the same. */
const TOLERANCE = 0.05;
const TOLERANCE_MS = 500;

/** So many of them have to be the same. */
const SHARE = 0.8;

/** Breaks within this time have one cause. */
const TOGETHER_MS = 1_000;

/** Shorter silences are forgotten by no middlebox. */
const SHORTEST_IDLE_MS = 10_000;

/** The value that nearly all have in common; undefined where there is none. */
function commonValue(values: readonly number[]): number | undefined {
  if (values.length < LEAST_BREAKS) return undefined;
  const median = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const reach = Math.max(median * TOLERANCE, TOLERANCE_MS);
  const alike = values.filter((value) => Math.abs(value - median) <= reach);
  return median > 2 * TOLERANCE_MS && alike.length >= SHARE * values.length ? median : undefined;
}

/** Breaks that came together, each group in the order of time. */
function group(breaks: readonly Break[]): Break[][] {
  const groups: Break[][] = [];
  for (const each of breaks.toSorted((a, b) => a.at - b.at)) {
    const last = groups.at(-1);
    const begun = last?.[0];
    if (last && begun && each.at - begun.at <= TOGETHER_MS) last.push(each);
    else groups.push([each]);
  }
  return groups;
}

function findIdle(breaks: readonly Break[]): Pattern | undefined {
  const afterSilence = breaks.filter(({ silentMs }) => silentMs !== null && silentMs >= SHORTEST_IDLE_MS);
  if (afterSilence.length < LEAST_BREAKS || afterSilence.length < SHARE * breaks.length) return undefined;
  const ms = Math.min(...afterSilence.map(({ silentMs }) => silentMs ?? 0));
  return {
    ...{ kind: "idle", ms },
    message: `connections break when nothing was sent for ${formatDuration(ms)}`,
    advice: "a middlebox may forget idle connections: --idle-scan finds after how long",
  };
}

function findLifetime(breaks: readonly Break[]): Pattern | undefined {
  const ms = commonValue(breaks.map(({ ageMs }) => ageMs).filter((age) => age !== null));
  if (ms === undefined) return undefined;
  return {
    ...{ kind: "lifetime", ms },
    message: `connections break at the age of ${formatDuration(ms)}`,
    advice:
      "something on the way, or the server, limits how long a connection may live; look for a session timeout of this length",
  };
}

function findPeriod(breaks: readonly Break[]): Pattern | undefined {
  const starts = breaks.map(({ at }) => at);
  const ms = commonValue(starts.slice(1).map((start, i) => start - (starts[i] ?? 0)));
  if (ms === undefined) return undefined;
  return {
    ...{ kind: "period", ms },
    message: `breaks come every ${formatDuration(ms)}`,
    advice: "look for something that runs at this interval: a reload, a failover, a scheduled job",
  };
}

function findTogether(groups: readonly Break[][], connections: number): Pattern | undefined {
  if (connections < 2) return undefined;
  const total = groups.reduce((sum, { length }) => sum + length, 0);
  const wide = groups.filter((each) => new Set(each.map(({ connection }) => connection)).size > connections / 2);
  const affected = wide.reduce((sum, { length }) => sum + length, 0);
  if (wide.length === 0 || affected < SHARE * total) return undefined;
  return {
    ...{ kind: "together", ms: null },
    message: "most connections break at the same moment",
    advice:
      "the cause is common to them: the server, its host, or a link on the way; compare the times with their logs",
  };
}

/** What the breaks have in common that tells of their cause. @param connections of the soak */
export function findPatterns(breaks: readonly Break[], connections: number): Pattern[] {
  // A connect that failed is part of an outage that has begun, or of none.
  const groups = group(breaks.filter(({ ageMs }) => ageMs !== null));
  // Those that break at one moment are of one age, and say no more than one of them does.
  const moments = groups.map(([first]) => first).filter((first) => first !== undefined);
  const own = findIdle(moments) ?? findLifetime(moments) ?? findPeriod(moments);
  // Connections of one age that were opened together also break together.
  const common = own?.kind === "lifetime" ? undefined : findTogether(groups, connections);
  return [own, common].filter((pattern) => pattern !== undefined);
}
