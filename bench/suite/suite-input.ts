import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readWholeFile } from "../../lib/whole-file.ts";
import { messageOf, UsageError } from "../../lib/errors.ts";
import { parseJson } from "../../lib/json.ts";
import { describeFault } from "../../lib/result/result-fault.ts";
import { type RunResult, runResultSchema } from "../../lib/result/run-result.ts";
import { formatByteRate, formatCount } from "../../lib/units.ts";
import { type Measurement, type Suite, suiteSchema } from "./suite.ts";

/** The longest result. */
const MAX_BYTES = 1024 ** 3;

/** A measurement that was read from a file. */
export interface Sample {
  /** where it was found, for people: a file, or the scenario and round of a suite */
  readonly source: string;
  /** the name that bench gave to its load; undefined for a result of the client */
  readonly scenario: string | undefined;
  readonly load: string;
  readonly measurement: Measurement;
}

/** What a path holds. */
export interface Input {
  readonly path: string;
  readonly samples: readonly Sample[];
  /** what bench wrote; undefined for results of the client */
  readonly suite: Suite | undefined;
  /** files that could not be read, and other notable things, each with the reason */
  readonly problems: readonly string[];
}

/** The options that name a load, but those that have no meaning in its mode. */
const namingOptions: Record<string, readonly string[]> = {
  echo: ["mode", "conns", "size", "pipeline", "rate"],
  stream: ["mode", "conns"],
  churn: ["mode", "conns", "size"],
};

/** The load of a client's result in a few words. */
const loadOf = ({ options }: RunResult): string =>
  (namingOptions[String(options["mode"])] ?? namingOptions["echo"] ?? [])
    .filter((key) => options[key] !== undefined)
    .map((key) => `${key} ${String(options[key])}`)
    .join(", ");

const withSchema = z.looseObject({ schema: z.string() });

function parseAs<T>(schema: z.ZodType<T>, data: z.output<typeof withSchema>): T {
  const { data: result, error } = schema.safeParse(data);
  if (error) throw new Error(`not a valid ${data.schema}: ${describeFault(error, data)}`);
  return result;
}

function readJson(path: string): unknown {
  const text = readWholeFile(path, MAX_BYTES).toString("utf8");
  try {
    return parseJson(text);
  } catch (error) {
    throw new Error(`expected a result as JSON: ${messageOf(error)}`, { cause: error });
  }
}

function parseFile(path: string): Suite | RunResult {
  const { data } = withSchema.safeParse(readJson(path));
  if (data?.schema === "echobench.suite/1") return parseAs(suiteSchema, data);
  if (data?.schema === "echobench.run/1") return parseAs(runResultSchema, data);
  const found = data ? `"${data.schema}"` : "none";
  throw new Error(`expected the schema echobench.suite/1 or echobench.run/1, found ${found}`);
}

const isSuite = (data: Suite | RunResult): data is Suite => data.schema === "echobench.suite/1";

const sampleOf = (source: string, result: RunResult, i: number): Sample => ({
  ...{ source, scenario: undefined, load: loadOf(result) },
  measurement: { round: i + 1, variant: "head", result, serverCpuUs: null },
});

/** The measurements of the last variant: of two, that is the one that was judged. */
function samplesOf(path: string, suite: Suite): Sample[] {
  const variant = suite.variants.at(-1)?.name;
  return suite.scenarios.flatMap(({ name, load, measurements }) =>
    measurements
      .filter((each) => each.variant === variant)
      .map((measurement) => {
        return { source: `${path}, ${name}, round ${measurement.round}`, scenario: name, load, measurement };
      }),
  );
}

function suiteInput(path: string, suite: Suite): Input {
  const names = suite.variants.map(({ name }) => name);
  const problems =
    names.length > 1 ? [`"${path}" has the variants ${names.join(" and ")}; only ${names.at(-1)} is compared`] : [];
  return { path, suite, samples: samplesOf(path, suite), problems };
}

function readFile(label: string, path: string): Input {
  try {
    const data = parseFile(path);
    if (isSuite(data)) return suiteInput(path, data);
    return { path, suite: undefined, problems: [], samples: [sampleOf(path, data, 0)] };
  } catch (error) {
    throw new UsageError(`${label} "${path}": ${messageOf(error)}`);
  }
}

function filesOf(label: string, path: string): string[] {
  try {
    return readdirSync(path).toSorted();
  } catch (error) {
    throw new UsageError(`${label} "${path}": ${messageOf(error)}`);
  }
}

function readFolder(label: string, path: string): Input {
  const results: Array<readonly [string, RunResult]> = [];
  const problems: string[] = [];
  for (const name of filesOf(label, path)) {
    if (!name.endsWith(".json")) continue;
    try {
      const data = parseFile(join(path, name));
      if (isSuite(data)) throw new Error("a suite is expected as report.json in a folder of its own");
      results.push([name, data]);
    } catch (error) {
      problems.push(`"${join(path, name)}": ${messageOf(error)}`);
    }
  }
  if (results.length === 0) {
    const found = problems.length > 0 ? `: ${problems.join("; ")}` : "";
    throw new UsageError(`${label} "${path}": expected a report.json or results of the client in this folder${found}`);
  }
  return {
    path,
    suite: undefined,
    problems,
    samples: results.map(([name, result], i) => sampleOf(join(path, name), result, i)),
  };
}

/**
 * Reads measurements: a suite's report.json or its folder, a result of the client, or a folder of such results. Files of a
 * folder that are no results are named as problems as long as others are.
 * @param label the operand that holds the path, for errors: `BASE`
 * @throws UsageError when the path holds no such results, with the schema found instead
 */
export function readInput(label: string, path: string): Input {
  if (!existsSync(path)) throw new UsageError(`${label} "${path}": no such file or folder`);
  if (!statSync(path).isDirectory()) return readFile(label, path);
  const report = join(path, "report.json");
  return existsSync(report) ? readFile(label, report) : readFolder(label, path);
}

/** The start and the end of what a result measured, in ms. */
function spanOf({ startedAt, window }: RunResult): readonly [start: number, end: number] {
  const start = Date.parse(startedAt);
  return [start, start + window.warmupMs + window.durationMs];
}

const overlap = (one: RunResult, other: RunResult): boolean => {
  const [first, second] = [spanOf(one), spanOf(other)];
  return first[0] < second[1] && second[0] < first[1];
};

/** Those samples that were measured while another one was: parts of one load, not repetitions of it. */
const simultaneous = (samples: readonly Sample[]): Sample[] =>
  samples.filter((sample) =>
    samples.some((other) => other !== sample && overlap(sample.measurement.result, other.measurement.result)),
  );

/** Says which results were measured at the same time, and what they come to together. */
export function simultaneousText(samples: readonly Sample[]): string[] {
  const parts = simultaneous(samples);
  if (parts.length === 0) return [];
  const total = (read: (result: RunResult) => number): number =>
    parts.reduce((sum, { measurement }) => sum + read(measurement.result), 0);
  const messages = total(({ throughput }) => throughput.messagesPerSecond);
  const bytes = total(({ throughput }) => throughput.bytesPerSecond);
  const rate = messages > 0 ? `${formatCount(messages)} messages/s, ` : "";
  const names = parts.map(({ source }) => source).join(", ");
  return [
    `${names} ran at the same time: they share one server or machine, and are no rounds; together ${rate}${formatByteRate(bytes)}`,
  ];
}

/** Turns results of the client into a suite: a scenario for each load, or for each result that ran beside others. */
function suiteOfSamples(samples: readonly Sample[]): Suite | undefined {
  const [first] = samples;
  if (!first) return undefined;
  const { tool, startedAt, environment, window } = first.measurement.result;
  const parts = new Set(simultaneous(samples));
  const groups = Map.groupBy(samples, (sample) =>
    parts.has(sample) ? `${sample.source}: ${sample.load}` : sample.load,
  );
  const scenarios = [...groups].map(([name, own]) => ({
    ...{ name, load: own[0]?.load ?? name, commands: { server: "unknown", client: "unknown" } },
    measurements: own.map(({ measurement }, i) => ({ ...measurement, round: i + 1 })),
  }));
  return {
    schema: "echobench.suite/1",
    ...{ tool, startedAt, environment, placement: "placement unknown", doubts: [], missing: [], timing: window },
    rounds: Math.max(1, ...scenarios.map(({ measurements }) => measurements.length)),
    variants: [{ name: "head", commit: tool.commit }],
    scenarios,
  };
}

/** A suite as it was saved, or one made of results of the client. */
export function asSuite({ suite, samples, problems }: Input): Suite {
  const made = suite ?? suiteOfSamples(samples);
  if (!made) throw new Error("an input without samples");
  return suite ? made : { ...made, doubts: simultaneousText(samples), missing: [...problems] };
}
