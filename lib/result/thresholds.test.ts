import { describe, expect, test } from "bun:test";
import { formatActual, judge, metricNames, parseThreshold } from "./thresholds.ts";
import { resultOf } from "./run-result.fixture.ts";

function judged(expression: string, changes = {}) {
  const expectation = parseThreshold(expression);
  if (!expectation) throw new Error(`not understood: ${expression}`);
  const judgement = judge(expectation, resultOf(changes));
  return { ...judgement, shown: formatActual(judgement) };
}

describe("parseThreshold", () => {
  test.each([
    ["p99<2ms", 2e6],
    ["p99.9 <= 1.5ms", 1.5e6],
    ["p50<100us", 1e5],
    ["p50<100µs", 1e5],
    ["max<1s", 1e9],
    ["connect-p99<5ms", 5e6],
    ["service-p99<5ms", 5e6],
    ["send-lag-p99<100us", 1e5],
    ["life-max<1s", 1e9],
    ["connections/s>1k", 1e3],
    ["errors==0", 0],
    ["messages/s>=100k", 1e5],
    ["messages/s>=100k/s", 1e5],
    ["messages>1M", 1e6],
    ["throughput>1GB/s", 1e9],
    ["throughput>1GiB/s", 2 ** 30],
    ["bytes>=64k", 65_536],
    ["retransmits!=0", 0],
  ])("reads %s", (text, limit) => expect(parseThreshold(text)?.limit).toBe(limit));

  test.each([
    "",
    "p99",
    "p99<",
    "p98<1ms",
    "p99<2",
    "p99<2MB",
    "p99=2ms",
    "p99<>2ms",
    "p99<-1ms",
    "errors==0ms",
    "throughput>1GB",
    "throughput>100k messages",
    "messages/s>=10MB/s",
    "p99<2ms or so",
  ])("does not understand %p", (text) => expect(parseThreshold(text)).toBeUndefined());
});

describe("judge", () => {
  test("holds every operator to its meaning, at the limit too", () => {
    const outcomes = ["<", "<=", ">", ">=", "==", "!="].map((operator) => judged(`messages${operator}2M`).ok);
    expect(outcomes).toEqual([false, true, false, true, true, false]);
  });

  test("compares in base units and shows what people write", () => {
    expect(judged("throughput>200MB/s")).toMatchObject({ ok: true, actual: 204_800_000, shown: "205 MB/s" });
    expect(judged("messages/s>=200k")).toMatchObject({ ok: true, shown: "200,000/s" });
    expect(judged("min<50us")).toMatchObject({ ok: false, actual: 50_000, shown: "50.0 µs" });
    expect(judged("errors==0")).toMatchObject({ ok: true, shown: "0" });
  });

  test("a threshold on what was not measured is broken", () => {
    const nothing = { ...resultOf().rttNs, count: 0, p99: 0 };
    expect(judged("p99<2ms", { rttNs: nothing })).toEqual({
      ...{ expression: "p99<2ms", actual: null, ok: false, shown: "not measured" },
    });
    expect(judged("retransmits==0", { tcpInfo: null }).ok).toBe(false);
  });

  test("every metric has a value in a full result", () => {
    const limits = ["0ms", "0", "0MB/s", "0MB"];
    for (const name of metricNames) {
      const expression = limits.map((limit) => `${name}>=${limit}`).find((text) => parseThreshold(text));
      expect(`${name}: ${judged(expression ?? "").ok}`).toBe(`${name}: true`);
    }
  });
});
