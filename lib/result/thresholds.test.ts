import { describe, expect, test } from "bun:test";
import { metricNames } from "./metrics.ts";
import { findMissing, formatActual, judge, parseThreshold } from "./thresholds.ts";
import { bothWays, resultOf } from "./run-result.fixture.ts";

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
    ["throughput>1GB", 1e9],
    ["throughput>1Gb/s", 125e6],
    ["throughput > 1.03 Gbit/s", 128_750_000],
    ["p99 < 33.3 µs", 33_300],
    ["messages/s>=200,000/s", 200_000],
    ["bytes>=64k", 65_536],
    ["retransmits!=0", 0],
  ])("reads %s", (text, limit) => expect(parseThreshold(text)?.limit).toBe(limit));

  test.each(["", "p99", "p99<", "p99=2ms", "p99<>2ms"])("does not understand %p", (text) => {
    expect(parseThreshold(text)).toBeUndefined();
  });

  test.each([
    ["p99<2", "expected a limit of p99 such as 2ms"],
    ["p99<2MB", "expected a limit of p99 such as 2ms"],
    ["p99<-1ms", "expected a limit of p99 such as 2ms"],
    ["p99<2ms or so", "expected a limit of p99 such as 2ms"],
    ["p99<1m", "1m may be milliseconds or minutes"],
    ["errors==0ms", "expected a limit of errors such as 100k"],
    ["throughput>100k messages", "expected a limit of throughput such as 1GB/s or 8Gbit/s"],
    ["throughput>1G/s", "1G/s may be bits or bytes"],
    ["bytes>1Mb", "1Mb is bits"],
    ["messages/s>=10MB/s", "expected a limit of messages/s such as 100k/s"],
    ["p99<2ms after 30", "expected a time such as 30s after the word after"],
    ["p99<2ms after", "expected a time such as 30s after the word after"],
    ["connections>1 after 30s", "the rows of the time series have no connections; expected one of mean, stddev, min,"],
  ])("says what is wrong with %p", (text, message) => expect(() => parseThreshold(text)).toThrow(message));

  test.each(["p98<2ms", "__proto__<1", "constructor<1", "toString<1ms"])("lists the metrics for %p", (text) => {
    expect(() => parseThreshold(text)).toThrow(
      "expected one of mean, stddev, min, p50, p75, p90, p95, p99, p99.9, p99.99, max, connect-mean to connect-max, " +
        "service-mean to service-max, window-wait-mean to window-wait-max, send-lag-mean to send-lag-max, life-mean to life-max, jitter, errors, connections, " +
        "messages, bytes, messages/s, connections/s, throughput, upload, download, retransmits, cpu/message",
    );
  });
});

test("a threshold may be of the time from a moment on, and keeps its whole text", () => {
  expect(parseThreshold(" p99 < 2ms after 1m30s ")).toEqual({
    ...{ expression: "p99 < 2ms after 1m30s", metric: "p99", operator: "<", limit: 2e6, afterMs: 90_000 },
  });
  expect(parseThreshold("p99<2ms")).not.toHaveProperty("afterMs");
  expect(parseThreshold("p99 after 30s")).toBeUndefined();
});

describe("findMissing", () => {
  const loads = {
    echo: { mode: "echo", isOpenLoop: false, hasTcp: true },
    rate: { mode: "echo", isOpenLoop: true, hasTcp: true },
    unix: { mode: "echo", isOpenLoop: false, hasTcp: false },
    stream: { mode: "stream", isOpenLoop: false, hasTcp: true },
    churn: { mode: "churn", isOpenLoop: false, hasTcp: true },
  } as const;

  test.each([
    ["p99<2ms", "echo rate unix churn"],
    ["jitter<2ms", "echo rate unix churn"],
    ["cpu/message<2ms", "echo rate unix churn"],
    ["messages>1", "echo rate unix churn"],
    ["messages/s>1", "echo rate unix churn"],
    ["connect-p99<2ms", "echo rate unix stream churn"],
    ["errors==0", "echo rate unix stream churn"],
    ["connections>1", "echo rate unix stream churn"],
    ["bytes>1", "echo rate unix stream churn"],
    ["throughput>1MB/s", "echo rate unix stream churn"],
    ["service-p99<2ms", "rate"],
    ["send-lag-max<2ms", "rate"],
    ["life-p50<2ms", "churn"],
    ["connections/s>1", "churn"],
    ["retransmits==0", "echo rate stream churn"],
  ])("%s is measured by %s", (expression, runs) => {
    const threshold = parseThreshold(expression);
    const able = Object.entries(loads).filter(([, load]) => threshold && !findMissing([threshold], load));
    expect(able.map(([name]) => name).join(" ")).toBe(runs);
  });

  test("names what the run has", () => {
    const threshold = parseThreshold("p99<2ms");
    expect(findMissing(threshold ? [threshold] : [], loads.stream)).toBe(
      '"p99<2ms": this run has no p99; expected one of connect-mean to connect-max, errors, connections, bytes, throughput, retransmits',
    );
    const later = parseThreshold("p99<2ms after 3s");
    expect(findMissing(later ? [later] : [], loads.stream)).toBe(
      '"p99<2ms after 3s": this run has no p99; expected one of errors, bytes, throughput, retransmits',
    );
    const ofRows = parseThreshold("retransmits==0 after 3s");
    expect(findMissing(ofRows ? [ofRows] : [], { mode: "download", isOpenLoop: false, hasTcp: true })).toBe(
      '"retransmits==0 after 3s": this run\'s time series has no retransmits; expected one of errors, bytes, throughput',
    );
  });
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

  test("judges only rows whose middle lies at or after the time of a threshold", () => {
    const [row] = resultOf().intervals;
    const intervals = [5, 3, 1].map((errors, i) => ({ ...row, startMs: i * 1_000, endMs: i * 1_000 + 1_000, errors }));
    const errorsAfter = (time: string) => judged(`errors<=1 after ${time}`, { intervals });
    expect(errorsAfter("0")).toMatchObject({ actual: 9, ok: false });
    expect(errorsAfter("500ms")).toMatchObject({ actual: 9 });
    expect(errorsAfter("501ms")).toMatchObject({ actual: 4 });
    expect(errorsAfter("2s")).toMatchObject({ actual: 1, ok: true, expression: "errors<=1 after 2s", shown: "1" });
    expect(errorsAfter("3s")).toMatchObject({ actual: null, ok: false, shown: "not measured" });
    expect(judged("messages/s>=1M after 2s", { intervals })).toMatchObject({ actual: 1_000_000, ok: true });
  });

  test("every metric has a value in a full result", () => {
    const isRead = (text: string): boolean => {
      try {
        return parseThreshold(text) !== undefined;
      } catch {
        return false;
      }
    };
    const limits = ["0ms", "0", "0MB/s", "0MB"];
    for (const name of metricNames) {
      const expression = limits.map((limit) => `${name}>=${limit}`).find(isRead);
      expect(`${name}: ${judged(expression ?? "", { ways: bothWays }).ok}`).toBe(`${name}: true`);
    }
  });
});
