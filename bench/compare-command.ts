import { messages, programCommand } from "../lib/cli/command.ts";
import { print } from "../lib/process/output.ts";
import { type ExitCode, exitCodes, RunFailedError, UsageError } from "../lib/errors.ts";
import { plural } from "../lib/text/format-units.ts";
import { comparedSuite } from "./compare/compared-suite.ts";
import { type Comparison, compareSides, type Side } from "./compare/comparison.ts";
import { conclude, withOutcome } from "./compare/conclusion.ts";
import { sideOfResults } from "./compare/result-side.ts";
import { type CompareOptions, compareOptions, compareSections } from "./options.ts";
import { tellVerdict } from "./verdict.ts";
import { renderReport } from "./report/formats.ts";
import { withoutShared } from "./suite/rounds.ts";
import type { Suite } from "./suite/suite.ts";
import { type Input, readInput } from "./suite/suite-input.ts";

/** Names that differ, also where a path is given twice. */
function namesOf(paths: readonly string[]): string[] {
  if (paths.length === 1) return ["head"];
  return paths.map((path, i) => {
    const before = paths.slice(0, i).filter((each) => each === path).length;
    return before === 0 ? path : `${path} (${before + 1})`;
  });
}

/** What bench measured, as it is. */
const sideOfSuite = ({ path, samples }: Input, suite: Suite, name: string): Side => ({
  ...{ name, path, samples },
  missing: suite.missing.map((each) => `${path}: ${each}`),
  doubts: suite.doubts.map((each) => `${path}: ${each}`),
});

const sideOf = (input: Input, name: string): Side =>
  input.suite ? sideOfSuite(input, input.suite, name) : sideOfResults(input, name);

/** What is notable of an input, before it is compared. */
function remarksOn({ path, suite, problems }: Input): string[] {
  if (!suite) return [];
  const names = suite.variants.map((variant) => variant.name);
  if (names.length < 2) return [...problems];
  return [...problems, `"${path}" has the variants ${names.join(" and ")}; only ${names.at(-1)} is compared`];
}

/** The side without the results that the base has too: what is compared with itself is never slower. */
function headSide(base: Input, head: Input, name: string): Side {
  const samples = withoutShared(base.samples, head.samples);
  const side = sideOf({ ...head, samples }, name);
  const shared = head.samples.length - samples.length;
  if (shared === 0) return side;
  const remark = `HEAD "${head.path}" shares ${plural(shared, "result")} with BASE "${base.path}": a result is never slower than itself`;
  return { ...side, leftOut: [remark, ...(side.leftOut ?? [])] };
}

/** Why there is no row: what was left out, and in what the rest differs. */
function nothingToCompare({ leftOut, missing, notes, unmatched }: Comparison): RunFailedError {
  const reasons = [...leftOut, ...missing, ...notes];
  const lone = reasons.length === 0 ? unmatched.map((name) => `${name}: only on one side`) : [];
  const advice = notes.some((note) => note.includes(" differ in ")) ? ["--across compares loads that differ"] : [];
  return new RunFailedError(`nothing to compare: ${[...reasons, ...lone, ...advice].join("; ")}`);
}

/** `bench compare`: compares saved results with the first of them. */
async function runCompare(options: CompareOptions): Promise<ExitCode> {
  const { base, head, format, threshold, across, failOnRegression } = options;
  if (head.length === 0) throw new UsageError("HEAD: expected at least one result to compare with BASE");
  const first = readInput("BASE", base);
  const others = head.map((path) => readInput("HEAD", path));
  for (const remark of [first, ...others].flatMap(remarksOn)) messages.warn(remark);
  const names = namesOf(head);
  const heads = others.map((input, i) => headSide(first, input, names[i] ?? input.path));
  const compared = compareSides(sideOf(first, "base"), heads, { threshold, across: new Set(across) });
  const { comparison } = compared;
  if (comparison.rows.length === 0) throw nothingToCompare(comparison);
  if (format !== "text") {
    const { leftOut, missing, notes } = comparison;
    for (const remark of [...leftOut, ...missing, ...notes]) messages.warn(remark);
  }
  const conclusion = failOnRegression ? conclude(comparison) : undefined;
  const judged = conclusion ? withOutcome(comparison, conclusion) : comparison;
  await print(renderReport({ suite: undefined, comparison: judged, measured: comparedSuite(compared) }, format));
  const lone = compared.matches.filter(({ matches }) => matches.length === 0).map(({ name }) => name);
  for (const name of lone) messages.error(`HEAD "${name}": nothing of it could be compared`);
  const standard = lone.length > 0 ? exitCodes.runFailed : exitCodes.success;
  if (!conclusion) return standard;
  tellVerdict(conclusion, format);
  return conclusion.exitCode === exitCodes.success ? standard : conclusion.exitCode;
}

export const compareCommand = programCommand({
  name: "echo-bench compare",
  command: "bun run bench compare",
  summary: "compares saved results: ratios, intervals, verdicts",
  sections: compareSections,
  schema: compareOptions,
  examples: [
    ["bun run bench compare reports/before reports/after", "two folders that bench wrote"],
    ["bun run bench compare before after --fail-on-regression", "two folders of results; exit 5 if it became slower"],
    ["bun run bench compare bun epoll --across engine", "loads that differ in the engine, on purpose"],
  ],
  run: runCompare,
  notes: [
    "Results that failed or were not verified, and loads without a counterpart, are named and left out.",
    "Exit codes: 0 compared, 1 nothing could be compared (with --fail-on-regression also: measurements are missing, or the results could not have shown a regression), 2 wrong usage, 5 with --fail-on-regression: something is slower.",
  ],
});
