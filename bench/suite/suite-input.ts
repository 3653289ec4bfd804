import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { unreadableReason } from "../../lib/files/unreadable-reason.ts";
import { readWholeFile } from "../../lib/files/whole-file.ts";
import { messageOf, UsageError } from "../../lib/errors.ts";
import { parseJson } from "../../lib/files/json.ts";
import { isVerified } from "../../lib/result/comparability.ts";
import { optionText } from "../../lib/result/option-text.ts";
import { describeFault } from "../../lib/result/result-fault.ts";
import { type RunResult, runResultSchema } from "../../lib/result/run-result.ts";
import { withVerdict } from "../../lib/result/verdict.ts";
import { plural } from "../../lib/text/format-units.ts";
import { besideTexts, copyTexts, sortRounds } from "./rounds.ts";
import { type FoundResult, type JoinedResults, joinShards } from "./shards.ts";
import { groupByLoad, type Sample } from "./sample.ts";
import { type Measurement, type Suite, suiteSchema } from "./suite.ts";

/** The longest result. */
const MAX_BYTES = 1024 ** 3;

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
const namingOptions = new Map<unknown, readonly string[]>([
  ...["stream", "upload", "download", "both"].map((mode) => [mode, ["mode", "conns", "bitrate"]] as const),
  ["churn", ["mode", "conns", "size"]],
]);

/** Those of all other modes. */
const usualOptions = ["mode", "conns", "size", "pipeline", "rate"];

/** The load of a client's result in a few words. */
function loadOf(result: RunResult): string {
  const options = new Map(Object.entries(result.options));
  const named = (namingOptions.get(options.get("mode")) ?? usualOptions)
    .filter((key) => options.get(key) !== undefined)
    .map((key) => `${key} ${optionText(options.get(key))}`);
  return [...named, ...(isVerified(result) ? [] : ["not verified"])].join(", ");
}

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
  measurement: {
    round: i + 1,
    variant: "head",
    result: withVerdict(result),
    serverCpuUs: null,
    serverRunQueueMs: null,
  },
});

const samplesOfFound = ({ results }: JoinedResults): Sample[] =>
  results.map(({ source, result }, i) => sampleOf(source, result, i));

/** Results of the client that are not in files. @param name of their side @throws UsageError for shards that do not match */
export function samplesOfResults(name: string, results: readonly RunResult[]): Sample[] {
  const joined = joinShards(results.map((result, i) => ({ source: `${name}[${i}]`, result })));
  if (joined.problems.length > 0) throw new UsageError(joined.problems.join("; "));
  return samplesOfFound(joined);
}

/** The measurements of the last variant: of two, that is the one that was judged. */
function samplesOf(path: string, suite: Suite): Sample[] {
  const variant = suite.variants.at(-1)?.name;
  return suite.scenarios.flatMap(({ name, load, measurements }) =>
    measurements
      .filter((each) => each.variant === variant)
      .map((measurement) => {
        const source = `${path}, ${name}, round ${measurement.round}`;
        return { source, scenario: name, load, measurement };
      }),
  );
}

/** What is missing of a suite without a word, because bench was killed before it could say so. */
function unaccountedOf({ scenarios, variants, rounds, missing }: Suite): string[] {
  const planned = scenarios.length * variants.length * rounds;
  const made = scenarios.reduce((sum, { measurements }) => sum + measurements.length, 0);
  const lost = planned - made - missing.length;
  if (lost <= 0) return [];
  return [
    `${lost} of ${plural(planned, "planned measurement")}: not there, and nothing says why; bench may have been killed`,
  ];
}

const judged = (measurement: Measurement): Measurement => ({
  ...measurement,
  result: withVerdict(measurement.result),
});

const suiteInput = (path: string, saved: Suite): Input => {
  const scenarios = saved.scenarios.map((each) => ({ ...each, measurements: each.measurements.map(judged) }));
  const suite = { ...saved, scenarios, missing: [...saved.missing, ...unaccountedOf(saved)] };
  return { path, suite, samples: samplesOf(path, suite), problems: [] };
};

function readFile(label: string, path: string): Input {
  try {
    const data = parseFile(path);
    if (isSuite(data)) return suiteInput(path, data);
    const joined = joinShards([{ source: path, result: data }]);
    const [problem] = joined.problems;
    if (problem !== undefined) throw new Error(problem);
    return { path, suite: undefined, problems: [], samples: samplesOfFound(joined) };
  } catch (error) {
    throw new UsageError(`${label} "${path}": ${unreadableReason(error)}`);
  }
}

/** The files of a folder that may be results: those that say so by their names, or all where no name does, as of shards. */
function filesOf(label: string, path: string): string[] {
  try {
    const files = readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name)
      .toSorted();
    const named = files.filter((name) => name.endsWith(".json"));
    return named.length > 0 ? named : files;
  } catch (error) {
    throw new UsageError(`${label} "${path}": ${unreadableReason(error)}`);
  }
}

function readFolder(label: string, path: string): Input {
  const found: FoundResult[] = [];
  const problems: string[] = [];
  for (const name of filesOf(label, path)) {
    try {
      const data = parseFile(join(path, name));
      if (isSuite(data)) throw new Error("a suite is expected as report.json in a folder of its own");
      found.push({ source: join(path, name), result: data });
    } catch (error) {
      problems.push(`"${join(path, name)}": ${unreadableReason(error)}`);
    }
  }
  const joined = joinShards(found);
  problems.push(...joined.problems);
  if (joined.results.length === 0) {
    const reasons = problems.length > 0 ? `: ${problems.join("; ")}` : "";
    throw new UsageError(
      `${label} "${path}": expected a report.json or results of the client in this folder${reasons}`,
    );
  }
  return { path, suite: undefined, problems, samples: samplesOfFound(joined) };
}

/** Other files of bench, which are no results of the client. */
const otherReports = new Set(["report.json", "peers.json", "buffers.json"]);

/** Says which files are not read, since a report.json is beside them. */
function ignoredBeside(label: string, path: string): string[] {
  const ignored = filesOf(label, path).filter((name) => name.endsWith(".json") && !otherReports.has(name));
  if (ignored.length === 0) return [];
  const more = ignored.length > 1 ? ` and ${ignored.length - 1} more` : "";
  return [
    `"${path}": only its report.json is read, not ${plural(ignored.length, "other file")} (${ignored[0]}${more}); put results of the client into a folder of their own`,
  ];
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
  if (!existsSync(report)) return readFolder(label, path);
  const input = readFile(label, report);
  return { ...input, problems: [...input.problems, ...ignoredBeside(label, path)] };
}

/**
 * Turns results of the client into a suite: a scenario for each load, or for each result that ran beside others. A copy of
 * a result is no measurement of its own.
 */
function suiteOfSamples(samples: readonly Sample[]): Suite | undefined {
  const rounds = sortRounds(samples);
  const [first] = [...rounds.alone, ...rounds.beside];
  if (!first) return undefined;
  const { tool, startedAt, environment, window } = first.measurement.result;
  const parts = rounds.beside.map((sample) => ({
    ...{ name: `${sample.source}: ${sample.load}`, load: sample.load, samples: [sample] },
  }));
  const scenarios = [...groupByLoad(rounds.alone), ...parts].map(({ name, load, samples: own }) => ({
    ...{ name, load, commands: { server: "unknown", client: "unknown" } },
    measurements: own.map(({ measurement }, i) => ({ ...measurement, round: i + 1 })),
  }));
  return {
    schema: "echobench.suite/1",
    ...{ tool, startedAt, environment, placement: "placement unknown", missing: [], timing: window },
    doubts: [...copyTexts(rounds), ...besideTexts(rounds)],
    rounds: Math.max(1, ...scenarios.map(({ measurements }) => measurements.length)),
    variants: [{ name: "head", commit: tool.commit }],
    scenarios,
  };
}

/**
 * The second run of `bench ab`, which is beside the first; undefined if there was none.
 * @param path of the first: its report.json or its folder
 * @throws UsageError when it cannot be read
 */
export function readConfirmation(label: string, path: string): Suite | undefined {
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  const file = join(folder, "confirmation", "report.json");
  return existsSync(file) ? readFile(label, file).suite : undefined;
}

/** A suite as it was saved, or one made of results of the client. */
export function asSuite({ suite, samples, problems }: Input): Suite {
  const made = suite ?? suiteOfSamples(samples);
  if (!made) throw new Error("an input without samples");
  return suite ? made : { ...made, missing: [...problems] };
}
