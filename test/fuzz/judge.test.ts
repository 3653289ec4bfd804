import { describe, expect, test } from "bun:test";
import type { FuzzCase } from "./case.ts";
import { type CaseOutcome, faultsOf } from "./judge.ts";

const fuzzCase: FuzzCase = { words: ["client"], environment: {}, files: new Map(), surroundings: "plain" };

const good: CaseOutcome = {
  stdout: "",
  stderr: 'error: --conns "x": expected an integer of at least 1\n',
  exitCode: 2,
  signal: null,
  wasKilled: false,
  leftProcess: false,
  left: [],
  changed: [],
};

describe("an outcome that no input may bring about", () => {
  test.each<[fault: string, outcome: Partial<CaseOutcome>]>([
    ["calls itself defective", { stderr: "error: this is a defect in echobench 1.0.0: EMFILE" }],
    ["a stack trace", { stderr: "Error\n    at run (/x/client/cli.ts:5:7)\n" }],
    ["an excerpt of its source", { stderr: "12 |   const x = 1;\n" }],
    ["a bare error of the runtime", { stderr: "error: TypeError: undefined is not an object" }],
    ["a warning of the runtime", { stderr: "TimeoutNegativeWarning: -1 is a negative number.\n" }],
    ["an object instead of its text", { stdout: "label [object Object]" }],
    ["a sentence of the schema library", { stderr: "error: x: Invalid input: expected number" }],
    ["raw control characters", { stderr: 'error: "\u001b[31m": expected a name' }],
    ["did not end on the stop signal", { exitCode: undefined, wasKilled: true }],
    ["SIGSEGV ended it", { exitCode: undefined, signal: "SIGSEGV" }],
    ["SIGINT ended it", { exitCode: undefined, signal: "SIGINT", stdout: "Listening on [::]:7878\n" }],
    ["the exit code 7", { exitCode: 7 }],
    ["the exit code 1 without a word", { exitCode: 1, stderr: "" }],
    ["a process left behind", { leftProcess: true }],
    ["the temporary file r.json.tmp", { left: ["r.json.tmp"] }],
    ["r.json changed although the command was refused", { changed: ["r.json"] }],
  ])("%s", (fault, outcome) => {
    expect(faultsOf(fuzzCase, { ...good, ...outcome })).toEqual([fault]);
  });
});

describe("an outcome that is right", () => {
  test.each<[what: string, outcome: Partial<CaseOutcome>, around?: Partial<FuzzCase>]>([
    ["an error for a user's mistake", {}],
    ["the stop signal while it starts", { exitCode: undefined, signal: "SIGINT", stderr: "" }],
    ["a good run", { exitCode: 0, stderr: "", stdout: "PASS" }],
    ["silence where standard error is closed", { exitCode: 1, stderr: "" }, { surroundings: "stderr closed" }],
    ["a word of the user that looks like a fault", { stderr: 'error: "TypeError": no' }, { words: ["TypeError"] }],
    ["a good run that wrote over a file", { exitCode: 0, changed: ["r.json"] }],
  ])("%s", (_what, outcome, around = {}) => {
    expect(faultsOf({ ...fuzzCase, ...around }, { ...good, ...outcome })).toEqual([]);
  });
});
