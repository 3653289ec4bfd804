import { z } from "zod";
import type { RunResult } from "../../lib/result/run-result.ts";
import { formatBytes, formatCount, formatLatency } from "../../lib/text/format-units.ts";
import { inWords } from "./field-words.ts";

/** The server's figures as the rows of a table: name, before, after, and the difference where there is one. */
export interface ServerFigures {
  readonly rows: ReadonlyArray<readonly string[]>;
  /** why there are none, or why they tell nothing of the run */
  readonly note: string;
}

const count = z.number();

/** The part of our server's `/stats.json` that a report shows. */
const overviewSchema = z.object({
  schema: z.literal("echobench.server/1"),
  startedAt: z.string(),
  counters: z.object({
    ...{ connections: count, peak: count, rejected: count, timedOut: count, errors: count },
    ...{ bytesIn: count, bytesOut: count },
  }),
  workers: z.array(z.object({ restarts: count, eventLoopLagMs: count })),
});

type Overview = z.output<typeof overviewSchema>;

interface Figure {
  readonly name: string;
  readonly read: (overview: Overview) => number;
  readonly format: (value: number) => string;
  /** whether it only grows, so that the difference is what the run did */
  readonly isCounter: boolean;
}

const counter = (name: string, read: Figure["read"], format = formatCount): Figure => ({
  ...{ name, read, format, isCounter: true },
});
const gauge = (name: string, read: Figure["read"], format = formatCount): Figure => ({
  ...{ name, read, format, isCounter: false },
});

const figures: readonly Figure[] = [
  counter("connections", ({ counters }) => counters.connections),
  gauge("connections at once, at most", ({ counters }) => counters.peak),
  counter("received", ({ counters }) => counters.bytesIn, formatBytes),
  counter("echoed", ({ counters }) => counters.bytesOut, formatBytes),
  counter("rejected", ({ counters }) => counters.rejected),
  counter("timed out", ({ counters }) => counters.timedOut),
  counter("errors", ({ counters }) => counters.errors),
  counter("restarts of workers", ({ workers }) => workers.reduce((sum, { restarts }) => sum + restarts, 0)),
  gauge(
    "lag of the event loop",
    ({ workers }) => Math.max(0, ...workers.map(({ eventLoopLagMs }) => eventLoopLagMs)) * 1e6,
    formatLatency,
  ),
];

const ownRow = (before: Overview, after: Overview, { name, read, format, isCounter }: Figure): string[] => [
  name,
  format(read(before)),
  format(read(after)),
  isCounter ? format(read(after) - read(before)) : "–",
];

type Leaf = string | number | boolean;

const isLeaf = (value: unknown): value is Leaf => ["string", "number", "boolean"].includes(typeof value);

/** The single values of another server's figures, each with the way to it in words. Lists have none. */
function leavesOf(data: unknown, path = ""): Array<readonly [name: string, value: Leaf]> {
  if (isLeaf(data)) return [[path, data]];
  if (typeof data !== "object" || data === null || Array.isArray(data)) return [];
  return Object.entries(data).flatMap(([key, value]) =>
    leavesOf(value, [path, inWords(key)].filter(Boolean).join(", ")),
  );
}

/** The most rows of another server's figures, and the most characters of one. */
const MAX_ROWS = 100;
const MAX_CHARACTERS = 80;

const decimal = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 3 });

function leafText(leaf: Leaf | undefined): string {
  if (leaf === undefined) return "–";
  const text = typeof leaf === "number" ? decimal(leaf) : String(leaf);
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
}

function otherRows(before: unknown, after: unknown): string[][] {
  const [old, now] = [new Map(leavesOf(before)), new Map(leavesOf(after))];
  const names = [...new Set([...old.keys(), ...now.keys()])].slice(0, MAX_ROWS);
  return names.map((name) => {
    const [first, last] = [old.get(name), now.get(name)];
    const difference = typeof first === "number" && typeof last === "number" ? decimal(last - first) : "–";
    return [name, leafText(first), leafText(last), difference];
  });
}

function noteOn(before: unknown, after: unknown): string {
  const [noBefore, noAfter] = [before === null, after === null];
  if (noBefore && noAfter) return "They could be read neither before nor after the run.";
  if (noBefore) return "They could not be read before the run.";
  return noAfter ? "They could not be read after the run." : "";
}

/** What `--server-stats` read: of our server its counters, of another one every single value. */
export function serverFigures({ before, after }: NonNullable<RunResult["server"]>): ServerFigures {
  const [old, now] = [overviewSchema.safeParse(before), overviewSchema.safeParse(after)];
  if (!old.success || !now.success) return { rows: otherRows(before, after), note: noteOn(before, after) };
  const isRestarted = old.data.startedAt !== now.data.startedAt;
  return {
    rows: figures.map((figure) => ownRow(old.data, now.data, figure)),
    note: isRestarted ? "The server was started again in between, so its counters began anew." : "",
  };
}
