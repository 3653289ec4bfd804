import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf, UsageError } from "../../lib/errors.ts";
import { type RunResult, runResultSchema } from "../../lib/result/run-result.ts";
import { type Suite, suiteSchema } from "./suite.ts";

const loadOf = ({ options }: RunResult): string =>
  ["mode", "conns", "size", "pipeline", "rate"]
    .filter((key) => options[key] !== undefined)
    .map((key) => `${key} ${String(options[key])}`)
    .join(", ");

/** Results of the client by themselves, as a suite: each load is a scenario of its own. */
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

function parseFile(path: string): Suite | RunResult {
  const data: unknown = JSON.parse(readFileSync(path, "utf8"));
  const schema = (data as { schema?: unknown } | null)?.schema;
  if (schema === "echobench.suite/1") return suiteSchema.parse(data);
  if (schema === "echobench.run/1") return runResultSchema.parse(data);
  throw new Error('no "schema" of echobench in it');
}

function readInput(label: string, path: string): Suite | RunResult {
  try {
    return parseFile(path);
  } catch (error) {
    throw new UsageError(`${label} "${path}": expected a result of echobench: ${messageOf(error).split("\n")[0]}`);
  }
}

const isSuite = (input: Suite | RunResult): input is Suite => input.schema === "echobench.suite/1";

/**
 * Reads what was measured: a suite's report.json or the folder it lies in, a result of the client, or a folder of those.
 * @param label how the error calls it, such as `BASE`
 * @throws UsageError when there is nothing of the kind
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
  throw new UsageError(`${label} "${path}": expected results of echobench in this folder`);
}
