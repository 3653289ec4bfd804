import { aspectsOf } from "../../lib/result/comparability.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { identityOf, overlap } from "../../lib/result/same-run.ts";
import { readMetric } from "../../lib/result/metrics.ts";
import { formatRatio } from "../../lib/text/format-units.ts";
import { describeTarget } from "./load-options.ts";
import { optionName, optionValue } from "./option-words.ts";

/** A result and the file that it was read from. */
export interface NamedRun {
  readonly file: string;
  readonly result: DecodedResult;
}

/** A figure of every run; null where a run has none. */
export interface FigureRow {
  readonly name: string;
  readonly cells: ReadonlyArray<{
    readonly text: string;
    /** the value as a multiple of the first run's, `×1.46`; empty for the first, and where there is none */
    readonly ratio: string;
  } | null>;
}

/** Something in which the runs differ, with its value in each. */
export interface Difference {
  readonly name: string;
  readonly values: readonly string[];
}

/** Every key figure by the name of its metric, and whether a multiple of it tells anything. */
const keyFigures = [
  { name: "messages/s", metric: "messages/s", hasRatio: true },
  { name: "connects/s", metric: "connections/s", hasRatio: true },
  { name: "echoed", metric: "throughput", hasRatio: true },
  { name: "upload", metric: "upload", hasRatio: true },
  { name: "download", metric: "download", hasRatio: true },
  { name: "round trip, mean", metric: "mean", hasRatio: true },
  { name: "round trip, median", metric: "p50", hasRatio: true },
  { name: "round trip, p99", metric: "p99", hasRatio: true },
  { name: "round trip, p99.9", metric: "p99.9", hasRatio: true },
  { name: "round trip, max", metric: "max", hasRatio: true },
  { name: "connect, median", metric: "connect-p50", hasRatio: true },
  { name: "retransmits", metric: "retransmits", hasRatio: false },
  { name: "errors", metric: "errors", hasRatio: false },
] as const;

/** Whether a run has no such rate: no messages as a stream, or nothing echoed as what goes one way. */
const isAbsent = (metric: string, { totals, ways }: DecodedResult): boolean =>
  (metric === "messages/s" && totals.messages === 0) || (metric === "throughput" && ways !== null);

/** The key figures of all runs. Those that no run has are left out. */
export function figureRows(runs: readonly NamedRun[]): FigureRow[] {
  return keyFigures.flatMap(({ name, metric, hasRatio }) => {
    const found = runs.map(({ result }) => (isAbsent(metric, result) ? undefined : readMetric(metric, result)));
    const first = found[0]?.value ?? 0;
    const cells = found.map((each, i) => {
      const hasOwnRatio = hasRatio && i > 0 && each !== undefined && first > 0;
      return each ? { text: each.text, ratio: hasOwnRatio ? formatRatio(each.value / first) : "" } : null;
    });
    return cells.some((cell) => cell !== null) ? [{ name, cells }] : [];
  });
}

/** Names of what is no option. */
const circumstances = new Map([
  ["network", "network"],
  ["protocol", "TLS protocol"],
  ["cipher", "TLS cipher"],
  ["os", "operating system"],
  ["arch", "processor architecture"],
  ["cpu", "processor"],
  ["cores", "processor cores"],
]);

const inCamelCase = (name: string): string => name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** What comparable results need not agree in, and a reader wants to know. */
const more: ReadonlyArray<readonly [name: string, read: (result: DecodedResult) => string]> = [
  ["server", describeTarget],
  ["echobench", ({ tool }) => `${tool.version} ${tool.commit ?? ""}`.trim()],
  ["Bun", ({ tool }) => tool.bun],
  ["kernel", ({ environment }) => environment.kernel],
];

const hasSeveral = ({ values }: Difference): boolean => new Set(values).size > 1;

/** The differences in load and circumstances, as `bench compare` knows them. */
function loadDifferences(runs: readonly NamedRun[]): Difference[] {
  const all = runs.map(({ result }) => aspectsOf(result));
  const names = [...new Set(all.flatMap((aspects) => [...aspects.keys()]))];
  return names.flatMap((name) => {
    if (new Set(all.map((aspects) => aspects.get(name) ?? "none")).size === 1) return [];
    const key = inCamelCase(name);
    const values = runs.map(({ result: { options } }, i) =>
      !circumstances.has(name) && Object.hasOwn(options, key)
        ? optionValue(key, options[key])
        : (all[i]?.get(name) ?? "none"),
    );
    return [{ name: circumstances.get(name) ?? optionName(key), values }];
  });
}

/** In what the runs differ besides their figures: the load first, then where and with what it was measured. */
export function differencesOfRuns(runs: readonly NamedRun[]): Difference[] {
  const keys = [...new Set(runs.flatMap(({ result }) => Object.keys(result.labels)))];
  const labels = keys.map((key) => ({
    name: `label ${key}`,
    values: runs.map(({ result: { labels: own } }) => (Object.hasOwn(own, key) ? (own[key] ?? "") : "–")),
  }));
  const others = more.map(([name, read]) => ({ name, values: runs.map(({ result }) => read(result)) }));
  return [...loadDifferences(runs), ...[...others, ...labels].filter(hasSeveral)];
}

/** What a reader may not see: a result that is there twice, and runs that shared a machine. */
export function remarksOnRuns(runs: readonly NamedRun[]): string[] {
  return runs.flatMap(({ result }, i) => {
    const before = runs.slice(0, i);
    const copy = before.findIndex((other) => identityOf(other.result) === identityOf(result));
    if (copy >= 0) return [`${i + 1} is the same run as ${copy + 1}`];
    const beside = before.findIndex((other) => overlap(other.result, result));
    return beside >= 0 ? [`${i + 1} ran at the same time as ${beside + 1}: they shared a server or a machine`] : [];
  });
}

/** What this is, and what it is not. */
export const pictureText =
  "A picture, not a judgement: runs of the same load differ by chance too. Of several results on each side, bun run bench compare BASE HEAD says whether one side is faster.";
