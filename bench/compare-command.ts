import { messages } from "../lib/cli/command.ts";
import { print } from "../lib/cli/output.ts";
import { type ExitCode, exitCodes, RunFailedError, UsageError } from "../lib/errors.ts";
import { comparedSuite } from "./compare/compared-suite.ts";
import { type Comparison, compareSides, type Side } from "./compare/comparison.ts";
import { conclude } from "./compare/conclusion.ts";
import type { CompareOptions } from "./options.ts";
import { renderReport } from "./report/formats.ts";
import { type Input, readInput, simultaneousText } from "./suite/suite-input.ts";

/** Names that differ, also where a path is given twice. */
function namesOf(paths: readonly string[]): string[] {
  if (paths.length === 1) return ["head"];
  return paths.map((path, i) => {
    const before = paths.slice(0, i).filter((each) => each === path).length;
    return before === 0 ? path : `${path} (${before + 1})`;
  });
}

const sideOf = ({ path, samples }: Input, name: string): Side => ({ name, path, samples });

/** What is notable of an input, before it is compared. */
const remarksOn = ({ samples, suite, problems }: Input): string[] => [
  ...problems,
  ...(suite ? [] : simultaneousText(samples)),
];

/** Why there is no row: what was left out, and in what the rest differs. */
function nothingToCompare({ leftOut, notes, unmatched }: Comparison): RunFailedError {
  const reasons = [...leftOut, ...notes];
  const lone = reasons.length === 0 ? unmatched.map((name) => `${name}: only on one side`) : [];
  const advice = notes.some((note) => note.includes(" differ in ")) ? ["--across compares loads that differ"] : [];
  return new RunFailedError(`nothing to compare: ${[...reasons, ...lone, ...advice].join("; ")}`);
}

/** `bench compare`: compares saved results with the first of them. */
export async function runCompare(options: CompareOptions): Promise<ExitCode> {
  const { base, head, format, threshold, across, failOnRegression } = options;
  if (head.length === 0) throw new UsageError("HEAD: expected at least one result to compare with BASE");
  const first = readInput("BASE", base);
  const others = head.map((path) => readInput("HEAD", path));
  for (const remark of [first, ...others].flatMap(remarksOn)) messages.warn(remark);
  const names = namesOf(head);
  const heads = others.map((input, i) => sideOf(input, names[i] ?? input.path));
  const compared = compareSides(sideOf(first, "base"), heads, { threshold, across: new Set(across) });
  const { comparison } = compared;
  if (comparison.rows.length === 0) throw nothingToCompare(comparison);
  if (format !== "text") for (const remark of [...comparison.leftOut, ...comparison.notes]) messages.warn(remark);
  await print(renderReport({ suite: undefined, comparison, measured: comparedSuite(compared) }, format));
  const lone = compared.matches.filter(({ matches }) => matches.length === 0).map(({ name }) => name);
  for (const name of lone) messages.error(`HEAD "${name}": nothing of it could be compared`);
  const standard = lone.length > 0 ? exitCodes.runFailed : exitCodes.success;
  if (!failOnRegression) return standard;
  const { text, exitCode } = conclude(comparison);
  messages.log(text);
  return exitCode === exitCodes.success ? standard : exitCode;
}
