import { exitCodes } from "../../lib/errors.ts";
import type { FuzzCase } from "./case.ts";

/** How a process ended. */
export interface CaseOutcome {
  readonly stdout: string;
  readonly stderr: string;
  /** undefined when a signal ended it */
  readonly exitCode: number | undefined;
  /** the signal that ended it, if one did */
  readonly signal: string | null;
  /** whether it had to be killed because the stop signal did not end it */
  readonly wasKilled: boolean;
  /** whether a process of its own was left behind */
  readonly leftProcess: boolean;
  /** names of the files that it left in its folder */
  readonly left: readonly string[];
  /** names of files that were there before and that it changed */
  readonly changed: readonly string[];
}

const texts: ReadonlyArray<readonly [fault: string, pattern: RegExp]> = [
  ["calls itself defective", /this is a defect/],
  ["a stack trace", /^\s+at .*(?::\d+|\bnative\b|<anonymous>)/m],
  ["an excerpt of its source", /^\s*\d+ \| /m],
  ["a bare error of the runtime", /\b(?:Type|Range|Reference|Syntax)Error\b|\bBun v\d/],
  ["a warning of the runtime", /^(?:\(node:\d+\) )?\w*Warning: /m],
  ["an object instead of its text", /\[object \w+\]/],
  ["a sentence of the schema library", /Invalid (?:input|option|key)\b/],
];

// NO_COLOR is set and no output is a terminal: whatever controls one comes from the input, but for the line ends of CSV.
// oxlint-disable-next-line no-control-regex
const rawControl = /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const known: ReadonlySet<number> = new Set(Object.values(exitCodes));

const hidesErrors = ({ surroundings }: FuzzCase): boolean => surroundings.startsWith("stderr");

function exitFaults(fuzzCase: FuzzCase, { exitCode, signal, stdout, stderr, wasKilled }: CaseOutcome): string[] {
  if (wasKilled) return ["did not end on the stop signal"];
  // The stop signal may end a program that still starts, or reads its input.
  if (signal === "SIGINT" && !stdout.includes("Listening on")) return [];
  if (exitCode === undefined) return [`${signal} ended it`];
  if (!known.has(exitCode)) return [`the exit code ${exitCode}`];
  const isSilent =
    stderr === "" && stdout === "" && !hidesErrors(fuzzCase) && fuzzCase.surroundings !== "stdout closed";
  return exitCode !== 0 && isSilent ? [`the exit code ${exitCode} without a word`] : [];
}

/** Everything about an outcome that no input may bring about. */
export function faultsOf(fuzzCase: FuzzCase, outcome: CaseOutcome): readonly string[] {
  const output = `${outcome.stdout}\n${outcome.stderr}`;
  const given = [...fuzzCase.words, ...Object.values(fuzzCase.environment)].join(" ");
  return [
    ...exitFaults(fuzzCase, outcome),
    ...texts.filter(([, pattern]) => pattern.test(output) && !pattern.test(given)).map(([fault]) => fault),
    ...(rawControl.test(output) ? ["raw control characters"] : []),
    ...(outcome.leftProcess ? ["a process left behind"] : []),
    ...outcome.left.filter((name) => /\.(?:tmp|partial)\b|~$/.test(name)).map((name) => `the temporary file ${name}`),
    ...(outcome.exitCode === exitCodes.usage
      ? outcome.changed.map((name) => `${name} changed although the command was refused`)
      : []),
  ];
}
