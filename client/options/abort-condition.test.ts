import { describe, expect, test } from "bun:test";
import { parseAbortCondition } from "./abort-condition.ts";

describe("parseAbortCondition", () => {
  test.each([
    ["p99>50ms for 5s", "p99", 50e6, 5_000],
    ["p99 >= 50 ms for 1m30s", "p99", 50e6, 90_000],
    ["errors>100", "errors", 100, 0],
    ["messages/s<200,000 for 500ms", "messages/s", 200_000, 500],
  ])("reads %s", (text, metric, limit, forMs) => {
    expect(parseAbortCondition(text)).toMatchObject({ expression: text, condition: { metric, limit }, forMs });
  });

  test.each(["", "for 5s", "p99 for 5s"])("does not understand %p", (text) => {
    expect(parseAbortCondition(text)).toBeUndefined();
  });

  test.each([
    ["p99>50ms for 5", "expected a time such as 30s after the word for"],
    ["p99>50ms for", "expected a time such as 30s after the word for"],
    ["p99>50 for 5s", "expected a limit of p99 such as 2ms"],
    ["p99>50ms after 1s for 5s", "expected no after TIME, which is of --expect"],
    [
      "connect-p99>50ms for 5s",
      "the rows of the time series have no connect-p99; expected one of mean, stddev, min, p50, p75, p90, p95, p99, p99.9, p99.99, max, errors, messages, bytes, messages/s, throughput, retransmits",
    ],
    ["jitter>1ms", "the rows of the time series have no jitter"],
  ])("says what is wrong with %p", (text, message) => expect(() => parseAbortCondition(text)).toThrow(message));
});
