import { describe, expect, test } from "bun:test";
import { resultOf } from "./run-result.fixture.ts";
import { verdictOf, withVerdict } from "./verdict.ts";
import type { RunResult } from "./run-result.ts";

const verdict = (changes: Partial<RunResult>, isInterrupted = false) => verdictOf(resultOf(changes), isInterrupted);

const noMessages = { ...resultOf().totals, messages: 0 };
const errors = (total: number) => ({ total, byKind: { reset: total }, first: [] });
const broken = { expression: "p99<1ns", actual: 1, ok: false };
const aborted = { expression: "p99>50ms for 5s", atMs: 12_004 };
const stream = { mode: "stream", verify: true };

describe("the verdict", () => {
  test.each([
    ["every byte came back as it was sent", 0, {}],
    [
      "every byte came back as the uppercase transform makes it",
      0,
      { options: { verify: true, expectTransform: "uppercase" } },
    ],
    ["as many bytes came back as were sent; they were not compared", 0, { options: { verify: false } }],
    ["every byte came back as it was sent", 0, { options: stream, totals: noMessages }],
    ["3 errors", 1, { errors: errors(3) }],
    ["1 error, 1 threshold broken", 1, { errors: errors(1), expectations: [broken] }],
    ["1 error", 1, { errors: errors(1), options: stream, totals: noMessages }],
    ["2 thresholds broken", 4, { expectations: [broken, broken] }],
    ["ended by --abort-on p99>50ms for 5s, after 12s", 4, { aborted }],
    [
      "1 error, ended by --abort-on p99>50ms for 5s, after 12s, 1 threshold broken",
      1,
      { aborted, errors: errors(1), expectations: [broken] },
    ],
    ["nothing was measured", 1, { totals: noMessages }],
    ["nothing was measured", 1, { options: stream, totals: { ...noMessages, bytesReceived: 0 } }],
    ["1 threshold broken, nothing was measured", 1, { totals: noMessages, expectations: [broken] }],
  ] satisfies ReadonlyArray<[string, number, Partial<RunResult>]>)("%s: exit %d", (reason, exitCode, changes) =>
    expect(verdict(changes)).toMatchObject({ verdict: exitCode === 0 ? "pass" : "fail", reason, exitCode }),
  );

  test("an interruption alone is no failure; errors before it are, and both exit 130", () => {
    expect(verdict({}, true)).toEqual({ verdict: "interrupted", reason: "no error until then", exitCode: 130 });
    expect(verdict({ expectations: [broken] }, true).verdict).toBe("interrupted");
    expect(verdict({ aborted }, true)).toEqual({
      ...{ verdict: "fail", reason: "ended by --abort-on p99>50ms for 5s, after 12s, interrupted", exitCode: 130 },
    });
    expect(verdict({ errors: errors(1) }, true)).toEqual({
      ...{ verdict: "fail", reason: "1 error, interrupted", exitCode: 130 },
    });
  });

  test("a result of an earlier version gets its reason and exit code; one that has them keeps them", () => {
    const earlier = resultOf({ reason: "", exitCode: null, expectations: [broken], verdict: "fail" });
    expect(withVerdict(earlier)).toMatchObject({ verdict: "fail", reason: "1 threshold broken", exitCode: 4 });
    expect(withVerdict({ ...earlier, expectations: [], verdict: "interrupted" }).exitCode).toBe(130);
    expect(withVerdict(resultOf({ reason: "as it says" })).reason).toBe("as it says");
    const unverified = withVerdict(resultOf({ reason: "every byte came back", options: { verify: false } }));
    expect(unverified.reason).toContain("they were not compared");
  });
});
