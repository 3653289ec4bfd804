import { expect, test } from "bun:test";
import { describeFault } from "./result-fault.ts";
import { resultOf } from "./run-result.fixture.ts";
import { runResultSchema } from "./run-result.ts";

const { totals, target, rttNs } = resultOf();

test.each<[string, object]>([
  ['seed: expected a number, found "x"', { seed: "x" }],
  ["totals.messages: expected an integer, found 1.5", { totals: { ...totals, messages: 1.5 } }],
  ["totals.messages: expected at least 0, found -1", { totals: { ...totals, messages: -1 } }],
  ["totals: expected an object, found nothing", { totals: undefined }],
  ["rttNs.p99: expected a number, found null", { rttNs: { ...rttNs, p99: null } }],
  ["warnings: expected a list, found an object", { warnings: {} }],
  ['verdict: expected "pass" or "fail" or "interrupted", found "good"', { verdict: "good" }],
  ['target.tls: expected true or false, found "yes"', { target: { ...target, tls: "yes" } }],
  ['startedAt: expected a time such as 2026-01-02T03:04:05.000Z, found "today"', { startedAt: "today" }],
  [`tool: expected an object, found "${"x".repeat(39)}…`, { tool: "x".repeat(100) }],
])("%s", (text, changes) => {
  const data = { ...resultOf(), ...changes };
  const { error } = runResultSchema.safeParse(data);
  expect(error && describeFault(error, data)).toBe(text);
});
