import { formatDuration } from "../../lib/text/format-units.ts";

/** What the search for patterns needs of a break. */
export interface Break {
  /** ms since 1970 */
  readonly at: number;
  readonly connection: number;
  /** how long the connection was up; null when it never was */
  readonly ageMs: number | null;
  /** time since the last heartbeat before the break */
  readonly silentMs: number | null;
}

/** What breaks have in common. */
export interface Pattern {
  readonly kind: "lifetime" | "period" | "together" | "idle";
  /** the common length of time, if the pattern has one */
  readonly ms: number | null;
  readonly message: string;
  readonly advice: string;
}

/** Fewer breaks may be chance. */
const MIN_BREAKS = 3;

/** Values this close to the median count as equal to it. */
const TOLERANCE = 0.05;
const TOLERANCE_MS = 500;

/** The share of the values that have to be equal. */
const SHARE = 0.8;

/** Breaks within this time count as simultaneous. */
const TOGETHER_MS = 1_000;

/** Middleboxes do not forget connections that were idle for a shorter time. */
const MIN_IDLE_MS = 10_000;

/** The value that nearly all have in common, if there is one. */
function commonValue(values: readonly number[]): number | undefined {
  if (values.length < MIN_BREAKS) return undefined;
  const median = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const tolerance = Math.max(median * TOLERANCE, TOLERANCE_MS);
  const equal = values.filter((value) => Math.abs(value - median) <= tolerance);
  return median > 2 * TOLERANCE_MS && equal.length >= SHARE * values.length ? median : undefined;
}

/** Groups simultaneous breaks. Groups, and breaks within them, are in the order of time. */
function group(breaks: readonly Break[]): Break[][] {
  const groups: Break[][] = [];
  for (const each of breaks.toSorted((a, b) => a.at - b.at)) {
    const last = groups.at(-1);
    const first = last?.[0];
    if (last && first && each.at - first.at <= TOGETHER_MS) last.push(each);
    else groups.push([each]);
  }
  return groups;
}

function findIdle(breaks: readonly Break[]): Pattern | undefined {
  const afterIdle = breaks.filter(({ silentMs }) => silentMs !== null && silentMs >= MIN_IDLE_MS);
  if (afterIdle.length < MIN_BREAKS || afterIdle.length < SHARE * breaks.length) return undefined;
  const ms = Math.min(...afterIdle.map(({ silentMs }) => silentMs ?? 0));
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
      "something on the path, or the server, limits the lifetime of connections; look for a session timeout of this length",
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
    advice: "they have a common cause: the server, its host, or a link on the path; compare the times with their logs",
  };
}

/** Finds what the breaks have in common and what may cause them. @param connections of the soak */
export function findPatterns(breaks: readonly Break[], connections: number): Pattern[] {
  // A failed connect is not a break of a connection.
  const groups = group(breaks.filter(({ ageMs }) => ageMs !== null));
  // Connections that break simultaneously have the same age, so one of each group is enough.
  const moments = groups.map(([first]) => first).filter((first) => first !== undefined);
  const own = findIdle(moments) ?? findLifetime(moments) ?? findPeriod(moments);
  // With a limited lifetime, connections that were opened together also break together.
  const common = own?.kind === "lifetime" ? undefined : findTogether(groups, connections);
  return [own, common].filter((pattern) => pattern !== undefined);
}
