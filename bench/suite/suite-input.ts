import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, UsageError } from "../../lib/errors.ts";
import { parseJson } from "../../lib/json.ts";
import { type RunResult, runResultSchema } from "../../lib/result/run-result.ts";
import { type Suite, suiteSchema } from "./suite.ts";

const loadOf = ({ options }: RunResult): string =>
  ["mode", "conns", "size", "pipeline", "rate"]
    .filter((key) => options[key] !== undefined)
    .map((key) => `${key} ${String(options[key])}`)
    .join(", ");

/** Turns single results of the client into a suite with one scenario for each load. */
function suiteOfResults(results: readonly RunResult[]): Suite | undefined {
  const [first] = results;
  if (!first) return undefined;
  const loads = Map.groupBy(results, loadOf);
  return {
    schema: "echobench.suite/1",
    ...{ tool: first.tool, startedAt: first.startedAt, environment: first.environment },
    ...{ placement: "placement unknown", doubts: [], missing: [], rounds: results.length },
    timing: first.window,
    variants: [{ name: "head", commit: first.tool.commit }],
    scenarios: [...loads].map(([load, own]) => ({
      name: load,
      load,
      commands: { server: "unknown", client: "unknown" },
      measurements: own.map((result, i) => ({ round: i + 1, variant: "head", result, serverCpuUs: null })),
    })),
  };
}

const withSchema = z.looseObject({ schema: z.string() });

/** The first fault that a schema found, with its place: `tool.version: Invalid input: expected string`. */
function faultOf({ issues: [issue] }: z.ZodError): string {
  return issue ? `${issue.path.join(".")}: ${issue.message}` : "unknown fault";
}

function parseAs<T>(schema: z.ZodType<T>, data: z.output<typeof withSchema>): T {
  const { data: result, error } = schema.safeParse(data);
  if (error) throw new Error(`not a valid ${data.schema}: ${faultOf(error)}`);
  return result;
}

function readJson(path: string): unknown {
  try {
    return parseJson(readFileSync(path, "utf8"));
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

function readInput(label: string, path: string): Suite | RunResult {
  try {
    return parseFile(path);
  } catch (error) {
    throw new UsageError(`${label} "${path}": ${messageOf(error)}`);
  }
}

const isSuite = (input: Suite | RunResult): input is Suite => input.schema === "echobench.suite/1";

/**
 * Reads measurements: a suite's report.json or its folder, a result of the client, or a folder of such results.
 * @param label the operand that holds the path, for errors: `BASE`
 * @throws UsageError when the path holds no such results, with the schema found instead
 */
export function readSuite(label: string, path: string): Suite {
  if (!existsSync(path)) throw new UsageError(`${label} "${path}": no such file or folder`);
  if (!statSync(path).isDirectory()) {
    const input = readInput(label, path);
    const suite = isSuite(input) ? input : suiteOfResults([input]);
    if (suite) return suite;
  }
  const report = join(path, "report.json");
  if (existsSync(report)) return readSuite(label, report);
  const files = readdirSync(path).filter((name) => name.endsWith(".json"));
  const inputs = files.toSorted().map((name) => readInput(label, join(path, name)));
  const suite = suiteOfResults(inputs.filter((input) => !isSuite(input)));
  if (suite) return suite;
  throw new UsageError(`${label} "${path}": expected a report.json or results of the client in this folder`);
}
