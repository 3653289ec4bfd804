import { describe, expect, test } from "bun:test";
import { aspectsKey, aspectsOf, failureOf, unsoundness } from "./comparability.ts";
import type { RunResult } from "./run-result.ts";
import { resultOf } from "./run-result.fixture.ts";

const { totals, options, window, target, environment } = resultOf();

describe("a result is no basis for a comparison", () => {
  test.each<[string, Partial<RunResult>]>([
    ["3 errors (mismatch 1, reset 2)", { errors: { total: 3, byKind: { mismatch: 1, reset: 2 }, first: [] } }],
    ["broke p99<1ns", { expectations: [{ expression: "p99<1ns", actual: 2, ok: false }] }],
    ["it was interrupted", { verdict: "interrupted" }],
    ["--abort-on p99>50ms ended it", { verdict: "fail", aborted: { expression: "p99>50ms", atMs: 9_000 } }],
    ["nothing was measured", { totals: { ...totals, messages: 0 } }],
    ["nothing was measured", { options: { ...options, mode: "stream" }, totals: { ...totals, bytesReceived: 0 } }],
    ["only 1 of 2 connections were open", { totals: { ...totals, connections: 1 } }],
    [
      "its window was cut to 2000 of 10000 ms",
      { options: { ...options, duration: 10_000 }, window: { ...window, durationMs: 2_000 } },
    ],
    ["it failed", { verdict: "fail", reason: "every byte came back as it was sent" }],
    ["its bytes were not verified", { options: { ...options, verify: false } }],
    ["its bytes were not verified", { options: {} }],
  ])("when %s", (reason, changes) => expect(unsoundness(resultOf(changes))).toBe(reason));

  test("but for no other reason: not when --messages ended it early, nor when few connections churn", () => {
    expect(unsoundness(resultOf())).toBeUndefined();
    const limited = { ...options, duration: 10_000, messages: 100 };
    expect(unsoundness(resultOf({ options: limited, window: { ...window, durationMs: 10 } }))).toBeUndefined();
    expect(failureOf(resultOf({ options: { ...options, mode: "churn", conns: 9 } }))).toBeUndefined();
  });
});

describe("what agrees between comparable results", () => {
  const keyOf = (changes: Partial<RunResult>): string => aspectsKey(aspectsOf(resultOf(changes)));

  test.each<[string, Partial<RunResult>]>([
    ["whether there is a TLS", { tls: null }],
    ["the network", { target: { ...target, address: "192.0.2.1" } }],
    ["the socket", { target: { ...target, address: "/run/echo", family: "unix" } }],
    ["the machine", { environment: { ...environment, cpu: "another" } }],
    ["an option that this version does not know", { options: { ...options, newShape: 1 } }],
  ])("includes %s", (_, changes) => expect(keyOf(changes)).not.toBe(keyOf({})));

  test("includes no value that an earlier version did not write, where it is the usual one", () => {
    const written = { threads: 1, arrival: "constant", noDelay: true, tls: false, payload: "random", ramp: 0 };
    expect(keyOf({ options: { ...options, ...written, port: 1, json: "a.json" } })).toBe(keyOf({}));
  });
});
