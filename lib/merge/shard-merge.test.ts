import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeLatency } from "../latency/hdr-encoding.ts";
import { latencies, recorded } from "../latency/histogram.fixture.ts";
import { summarizeLatency } from "../latency/latency-summary.ts";
import { encodeResult } from "../result/decoded-result.ts";
import type { RunResult } from "../result/run-result.ts";
import { parseThreshold } from "../result/thresholds.ts";
import { ShardMerge } from "./shard-merge.ts";
import { bothWays } from "../result/run-result.fixture.ts";
import { merge, OPENED_US, shardOf } from "./shard.fixture.ts";

/** The round trips of each second of each shard. */
const load = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }))
  .chain(([shards, seconds]) =>
    fc.array(fc.array(latencies, { minLength: seconds, maxLength: seconds }), { minLength: shards, maxLength: shards }),
  );

const threshold = (text: string) => {
  const parsed = parseThreshold(text);
  if (!parsed) throw new Error(text);
  return parsed;
};

type Warned = Pick<RunResult, "warnings">;

/** The warnings but that the whole has too few messages for the last percentile. */
const codes = ({ warnings }: Warned): string[] =>
  warnings.map(({ code }) => code).filter((code) => code !== "few-samples");

/** Three shards of four seconds with 1,000 messages a second each, the last with changes. */
const steady = [1, 2, 3, 4].map(() => Array.from({ length: 1_000 }, (_, i) => 50_000 + i));
const three = (changes: Partial<RunResult> = {}): RunResult[] => [
  shardOf(1, 3, steady),
  shardOf(2, 3, steady),
  shardOf(3, 3, steady, changes),
];

describe("a merge", () => {
  test("judges the thresholds of all shards, each once", () => {
    const withThresholds = (index: number, thresholds: readonly string[]): RunResult => {
      const { options } = shardOf(index, 3, steady);
      return shardOf(index, 3, steady, { options: { ...options, expect: thresholds } });
    };
    const { expectations } = merge([
      withThresholds(1, []),
      withThresholds(2, ["p99<1us"]),
      withThresholds(3, ["p99<1us"]),
    ]);
    expect(expectations.map(({ expression, ok }) => [expression, ok])).toEqual([["p99<1us", false]]);
  });

  test("adds up errors of a kind that every object has", () => {
    const errors = { total: 2, byKind: { constructor: 2 } as Record<string, number>, first: [] };
    expect(merge(three({ errors })).errors.byKind).toEqual({ constructor: 2 } as Record<string, number>);
  });

  test("judges a threshold of a part by the rows of the whole, whether a shard or the merge was given it", () => {
    const options = { ...shardOf(1, 2, steady).options, expect: ["messages>=4k after 2s", "p99<60us after 4s"] };
    const shards = [shardOf(1, 2, steady, { options }), shardOf(2, 2, steady, { options })];
    const { expectations, reason } = merge(shards, { thresholds: [threshold("messages>4k after 2s")] });
    expect(expectations).toEqual([
      { expression: "messages>=4k after 2s", actual: 4_000, ok: true },
      { expression: "p99<60us after 4s", actual: null, ok: false },
      { expression: "messages>4k after 2s", actual: 4_000, ok: false },
    ]);
    expect(reason).toContain("2 thresholds broken");
  });

  test("has the figures of one client that had measured all round trips", () => {
    fc.assert(
      fc.property(load, (shards) => {
        const result = merge(shards.map((seconds, i) => shardOf(i + 1, shards.length, seconds)));
        const whole = summarizeLatency(recorded(shards.flat(2)));
        expect(result.rttNs).toEqual({ ...whole, jitter: 1_000 });
        expect(result.totals.messages).toBe(whole.count);
        expect(result.sizes[0]?.rttNs).toEqual(whole);
        const seconds = shards[0]?.length ?? 0;
        expect(result.throughput.messagesPerSecond).toBeCloseTo(whole.count / seconds, 6);
        expect(result.intervals).toHaveLength(seconds);
        for (const [i, row] of result.intervals.entries()) {
          const all = recorded(shards.flatMap((each) => each[i] ?? []));
          const [p50 = 0, p99 = 0, max = 0] = all.valuesAt(50, 99, 100);
          expect(row).toMatchObject({ startMs: i * 1_000, endMs: (i + 1) * 1_000, rttNs: { p50, p99, max } });
          const own = decodeLatency(row.histogram ?? "");
          own.range = all.range;
          expect(summarizeLatency(own)).toEqual(summarizeLatency(all));
        }
      }),
      { numRuns: 30 },
    );
  });

  test("is the same whatever the order of the results", () => {
    fc.assert(
      fc.property(load, (shards) => {
        const results = shards.map((seconds, i) => shardOf(i + 1, shards.length, seconds));
        const withoutSources = (order: readonly RunResult[]): string =>
          JSON.stringify(encodeResult(merge(order))).replaceAll(/"\d+\.json"/g, "");
        expect(withoutSources(results.toReversed())).toBe(withoutSources(results));
      }),
      { numRuns: 20 },
    );
  });

  test("weighs means by what they are over", () => {
    const [first, second] = [shardOf(1, 2, steady), shardOf(2, 2, steady)];
    const { tcpInfo } = first;
    if (!tcpInfo) throw new Error("the fixture has TCP_INFO");
    const merged = merge([
      { ...first, tcpInfo: { ...tcpInfo, rttUs: 100, samples: 1, connections: 1, sndMss: 1_000, minRttUs: 9 } },
      { ...second, tcpInfo: { ...tcpInfo, rttUs: 200, samples: 3, connections: 4, sndMss: 2_000, minRttUs: 7 } },
    ]);
    expect(merged.tcpInfo).toMatchObject({ rttUs: 175, samples: 4, connections: 5, sndMss: 1_800, minRttUs: 7 });
    expect(merged.cpu).toMatchObject({ userMs: 2_000, systemMs: 18_000 });
    expect(merged.cpu.perMessageUs).toBeCloseTo(20_000_000 / 8_000, 6);
  });

  test("adds up the connections whose SYN carried data, if any shard counted them", () => {
    const [first, second] = [shardOf(1, 2, steady), shardOf(2, 2, steady)];
    const counted = (result: typeof first, connections: number, synData: number) => ({
      ...result,
      fastOpen: { connections, synData },
    });
    expect(merge([counted(first, 5, 4), counted(second, 3, 0)]).fastOpen).toEqual({ connections: 8, synData: 4 });
    expect(merge([first, second]).fastOpen).toBeNull();
  });

  test("keeps the options and labels that all shards have in common", () => {
    const results = three().map((result, i) => ({
      ...result,
      options: { ...result.options, json: `${i}.json`, rate: 3_000, shard: `${i + 1}/3` },
      labels: { site: "berlin", host: `gen${i}` },
    }));
    const merged = merge(results);
    expect(merged.options).toMatchObject({ rate: 3_000, conns: 3 });
    expect(Object.keys(merged.options)).not.toContain("json");
    expect(Object.keys(merged.options)).not.toContain("shard");
    expect(merged.labels).toEqual({ site: "berlin" });
    expect(merged.merged?.parts.map(({ labels }) => labels["host"])).toEqual(["gen0", "gen1", "gen2"]);
  });

  test("passes when every part did, and has no warning of its own", () => {
    const merged = merge(three());
    expect(merged).toMatchObject({ verdict: "pass", exitCode: 0, shard: null });
    expect(merged.merged).toMatchObject({ of: 3, missing: [], cutShort: [], commonShare: 1 });
    expect(codes(merged)).toEqual([]);
  });
});

describe("shards that fall short", () => {
  test("by missing are named; as many as are allowed cost no exit code", () => {
    const [first, , third] = three() as [RunResult, RunResult, RunResult];
    const merged = merge([first, third]);
    expect(merged).toMatchObject({ exitCode: 6, verdict: "fail", reason: "shard 2 of 3 missing" });
    expect(codes(merged)).toEqual(["shards-missing"]);
    expect(merged.throughput.messagesPerSecond).toBe(2_000);
    const allowed = merge([first, third], { allowedMissing: 1 });
    expect([allowed.exitCode, codes(allowed)]).toEqual([0, ["shards-missing"]]);
  });

  test("by an end before their time are named, with when, and do not shorten the window of the others", () => {
    const killed = shardOf(3, 3, steady.slice(0, 1), { verdict: "interrupted", exitCode: 130 });
    const results = [...three().slice(0, 2), { ...killed, options: three()[0]?.options ?? {} }];
    const merged = merge(results);
    expect(merged).toMatchObject({ exitCode: 6, reason: "shard 3 of 3 cut short" });
    expect(merged.warnings[0]).toMatchObject({ code: "shards-cut-short" });
    expect(merged.warnings[0]?.message).toContain("shard 3 after 1s");
    expect(merged.window.durationMs).toBe(4_000);
    expect(merged.throughput.messagesPerSecond).toBe(9_000 / 4);
    expect(merge(results, { allowedMissing: 1 }).exitCode).toBe(0);
    const all = results.map((result) => ({ ...result, verdict: "interrupted" as const, exitCode: 130 as const }));
    expect(merge(all).warnings[0]?.message).toEndWith("of its window; none ran to its end");
  });

  test("by a window of their own are named, and rates are over the common one", () => {
    const late = merge(three({ window: { durationMs: 4_000, warmupMs: 0, openedAt: OPENED_US + 1_000_000 } }));
    expect(late).toMatchObject({ exitCode: 6, reason: "the shards ran together for 75 % of the time" });
    expect(late.window).toMatchObject({ durationMs: 3_000, openedAt: OPENED_US });
    expect(late.merged).toMatchObject({ commonStartMs: 1_000 });
    expect(late.throughput.messagesPerSecond).toBe(3_000);
    expect(late.warnings[0]?.message).toContain("shard 3 1s after the middle of all");
    // In the first second two of them ran, in the last one the third.
    expect(late.intervals.map(({ messages }) => messages)).toEqual([2_000, 3_000, 3_000, 3_000, 1_000]);
  });

  test("by no time when a count ended their windows before a duration did", () => {
    const results = three().map((result) => ({
      ...result,
      options: { ...result.options, duration: 60_000, messages: 12_000 },
    }));
    expect(merge(results)).toMatchObject({ exitCode: 0, merged: { commonShare: 1 } });
    const sooner = { ...shardOf(3, 3, steady.slice(0, 2)), options: results[0]?.options ?? {} };
    expect(merge([...results.slice(0, 2), sooner])).toMatchObject({
      exitCode: 0,
      merged: { commonShare: 1, cutShort: [] },
    });
  });

  test("by little open their windows without a warning, or with one where less is tolerated", () => {
    const results = three({ window: { durationMs: 4_000, warmupMs: 0, openedAt: OPENED_US + 40_000 } });
    expect([merge(results).exitCode, codes(merge(results))]).toEqual([0, []]);
    expect(codes(merge(results, { skewMs: 30 }))).toEqual(["shards-apart"]);
  });

  test("by never meeting have no rate", () => {
    const merged = merge(three({ window: { durationMs: 4_000, warmupMs: 0, openedAt: OPENED_US + 9_000_000 } }));
    expect(merged).toMatchObject({ exitCode: 6, throughput: { messagesPerSecond: 0 }, totals: { messages: 12_000 } });
    // A gap of five seconds in between.
    expect(merged.intervals.map(({ startMs }) => startMs)).toEqual([
      0, 1_000, 2_000, 3_000, 9_000, 10_000, 11_000, 12_000,
    ]);
  });
});

describe("the whole", () => {
  const mismatch = { kind: "mismatch", message: "1 bit", connection: 2, offset: 5, expected: "00", actual: "01" };

  test("fails with an error of any part, which is named with its shard", () => {
    const errors = { total: 1, byKind: { mismatch: 1 }, first: [mismatch] };
    const merged = merge(three({ errors, verdict: "fail", exitCode: 1 }));
    expect(merged).toMatchObject({ exitCode: 1, verdict: "fail", errors: { total: 1, byKind: { mismatch: 1 } } });
    expect(merged.errors.first).toEqual([{ ...mismatch, shard: 3 }]);
  });

  test("shows an error of each shard before the second of any", () => {
    const many = { total: 20, byKind: { mismatch: 20 }, first: Array.from({ length: 10 }, () => mismatch) };
    const [first, second, third] = three() as [RunResult, RunResult, RunResult];
    const merged = merge([
      { ...first, errors: many },
      second,
      { ...third, errors: { ...many, total: 1, byKind: { mismatch: 1 } } },
    ]);
    expect(merged.errors.first.map(({ shard }) => shard)).toEqual([1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
  });

  test("is judged by the thresholds that the shards kept and those of the merge", () => {
    const results = three().map((result) => ({
      ...result,
      options: { ...result.options, expect: ["messages/s>=2900"] },
    }));
    const kept = merge(results, { thresholds: [threshold("p99<1ms")] });
    expect(kept.expectations.map(({ ok }) => ok)).toEqual([true, true]);
    expect(merge(results, { thresholds: [threshold("p99<1us")] })).toMatchObject({ exitCode: 4, verdict: "fail" });
    // Thresholds say nothing of a load that was not the one asked for.
    expect(merge(results.slice(1), { thresholds: [threshold("p99<1us")] }).exitCode).toBe(6);
  });

  test("fails when a shard measured nothing, as that shard did", () => {
    const merged = merge([...three().slice(0, 2), shardOf(3, 3, [[], [], [], []])]);
    expect(merged).toMatchObject({ exitCode: 1, reason: "nothing was measured by shard 3" });
  });

  test("was unreachable when no shard connected", () => {
    const nothing = { connections: 0, messages: 0, bytesSent: 0, bytesReceived: 0 };
    expect(merge([shardOf(1, 1, [[]], { totals: nothing })]).exitCode).toBe(3);
  });
});

test("a shard that is slower than the others, a clock that nothing keeps right and what shards warned of are named", () => {
  const slow = steady.map((second) => second.map((ns) => ns * 4));
  const results = [shardOf(1, 3, steady), shardOf(2, 3, steady), shardOf(3, 3, slow)];
  const clock = { offsetUs: 0, errorUs: 16_000_000, isSynchronised: false };
  const late = { code: "late-sends", message: "sent late", advice: "add threads" };
  const few = { code: "few-samples", message: "too few", advice: "run longer" };
  const merged = merge(results.map((result, i) => ({ ...result, clock, warnings: i > 0 ? [late, few] : [few] })));
  const found = merged.warnings.map(({ code }) => code);
  // Too few messages for the whole, not for each shard.
  expect(found).toEqual(["clock-unsynchronised", "slow-shard", "few-samples", "late-sends"]);
  const [unsynchronised, slowShard, fewSamples, lateSends] = merged.warnings.map(({ message }) => message);
  expect(fewSamples).toContain("too few messages (12,000) for p99.99");
  expect(unsynchronised).toContain("shards 1-3");
  expect(slowShard).toContain("p99 of shard 3 204 µs");
  expect(lateSends).toBe("shard 2 (and 1 more: shard 3): sent late");
});

test("of two shards, the slower one is named too", () => {
  const slow = steady.map((second) => second.map((ns) => ns * 4));
  const { warnings } = merge([shardOf(1, 2, steady), shardOf(2, 2, slow)]);
  expect(warnings.map(({ code }) => code)).toContain("slow-shard");
});

test.each<[string, (last: RunResult) => Partial<RunResult>, string]>([
  ["load", ({ options }) => ({ options: { ...options, pipeline: 8 } }), "pipeline (1, 8)"],
  ["version", ({ tool }) => ({ tool: { ...tool, version: "9.9.9" } }), "version (1.0.0 (abc1234), 9.9.9 (abc1234))"],
  ["seed", () => ({ seed: 9 }), "seed (7, 9)"],
  ["number of shards", () => ({ shard: { index: 3, of: 4, run: "run" } }), "number of shards (3, 4)"],
  ["start", ({ options }) => ({ options: { ...options, startAt: "x" } }), "start (no --start-at, x)"],
  ["interval", ({ options }) => ({ options: { ...options, interval: 500 } }), "interval (1s, 500)"],
  ["run", () => ({ shard: { index: 3, of: 3, run: "other" } }), "differ in run"],
])("a result of another %s is refused", (_name, changes, message) => {
  const results = three();
  const last = results.at(-1);
  if (!last) throw new Error("there are three");
  expect(() => merge([...results.slice(0, 2), { ...last, ...changes(last) }])).toThrow(message);
});

test("a result that is damaged within is refused whole, and leaves nothing in the others", () => {
  const [first, second, third] = three() as [RunResult, RunResult, RunResult];
  const damaged = {
    ...third,
    intervals: third.intervals.map((row, i) => (i < 2 ? row : { ...row, histogram: "HISTF" })),
  };
  const merge3 = new ShardMerge();
  merge3.add({ source: "0.json", result: first });
  expect(() => merge3.add({ source: "2.json", result: damaged })).toThrow(
    "intervals.2.histogram: expected an HdrHistogram",
  );
  const extreme = {
    rttNs: { p50: 1, p99: 1, max: 59e9 },
    uploadedBytes: 1,
    tcp: { rttUs: 1e9, cwnd: 1e9, samples: 7 },
  };
  const moved = ({ startMs, endMs }: RunResult["intervals"][number]) => ({
    startMs: startMs === 0 ? 0 : startMs + 0.1,
    endMs: endMs + 0.1,
  });
  const intervals = damaged.intervals.map((row) => ({ ...row, ...extreme, ...moved(row) }));
  expect(() => merge3.add({ source: "2.json", result: { ...damaged, intervals } })).toThrow("intervals.2.histogram");
  const { histograms } = third;
  const broken = { ...third, histograms: { ...histograms, rtt: "x" } };
  expect(() => merge3.add({ source: "2.json", result: broken })).toThrow("histograms.rtt: expected an HdrHistogram");
  merge3.add({ source: "1.json", result: second });
  const settings = { allowedMissing: 0, skewMs: 50, thresholds: [] };
  expect(encodeResult(merge3.finish(settings))).toEqual(encodeResult(merge([first, second])));
});

test.each([
  ["totals.messages: no machine does 9000000000000000 in 4s", { totals: { messages: 9e15 } }],
  ["rttNs: min 5 is above max 4", { rttNs: { min: 5, max: 4 } }],
  ["rttNs: p99 1 is not between", { rttNs: { p99: 1 } }],
  ["rttNs.max: 1e+300 is no figure", { rttNs: { max: 1e300 } }],
  ["ways.download: expected with mode both", { options: { mode: "both" }, ways: { ...bothWays, download: null } }],
  ["ways: their 2048000000 bytes are not totals", { options: { mode: "both" }, ways: bothWays }],
  ["intervals.0: it ends before it starts", { intervals: [{ startMs: 1_000, endMs: 0 }] }],
  ["totals.messages: 4001 are not those of the 4000 round trips", { totals: { messages: 4_001 } }],
  ["window.durationMs: 1e+300 is no length of a window", { window: { durationMs: 1e300 } }],
  ["histograms.rtt: it has 0 of 4000 samples", { histograms: {} }],
  ["intervals.0.messages: 9007199254740991 is no figure", { intervals: [{ messages: Number.MAX_SAFE_INTEGER }] }],
  ["intervals.0.tcp.samples: 2000000000000000 is", { intervals: [{ tcp: { rttUs: 1, cwnd: 1, samples: 2e15 } }] }],
  ["intervals.0.endMs: 1e+300 is no figure", { intervals: [{ endMs: 1e300 }] }],
  [
    "totals.messages: 4000, but its rows have 0",
    { intervals: [{ messages: 0 }, { messages: 0 }, { messages: 0 }, { messages: 0 }] },
  ],
  ["totals.messages: 4000, but its rows have 4001", { intervals: [{ messages: 1_001 }] }],
  ["totals.bytesReceived: 400000, but its rows have 401000", { intervals: [{ bytes: 101_000 }] }],
  ["errors.total: 0, but its rows have 3", { intervals: [{ errors: 3 }] }],
  ["errors.total: 0, but 2 by kind", { errors: { total: 0, byKind: { reset: 2 }, first: [] } }],
  ["intervals.0: it starts at 500 ms, and the window at 0", { intervals: [{ startMs: 500 }] }],
  ["intervals.1: it does not start where the row before it ends", { intervals: [{ endMs: 900 }] }],
  ["intervals.0: it ends at 6000 ms, and the window at 4000 ms", { intervals: [{ endMs: 6_000 }] }],
  ["totals.messages: 4000, but its rows have 1000003000", { intervals: [{ messages: 1e9 }] }],
  ["totals.bytesReceived: 1000000000000, but its rows have 400000", { totals: { bytesReceived: 1e12 } }],
  ["totals.bytesReceived: 0 are too few for 4000 messages", { totals: { bytesReceived: 0 } }],
  ["totals.connections: 0, and yet bytes came", { totals: { connections: 0 } }],
  ["intervals.1: it ends at 2000 ms, and the window at 0.5 ms", { window: { durationMs: 0.5 } }],
  ['options.expect "foo": expected a threshold', { options: { expect: ["foo"] } }],
  ['options.expect: expected a list, found "p99<1s"', { options: { expect: "p99<1s" } }],
])("a shard whose figures cannot be is refused: %s", (message, changes) => {
  const [first] = three() as [RunResult];
  const { totals, rttNs, intervals, histograms, ...others } = changes as Partial<RunResult>;
  const damaged: RunResult = {
    ...first,
    ...others,
    totals: { ...first.totals, ...totals },
    rttNs: { ...first.rttNs, ...rttNs },
    intervals: intervals ? first.intervals.map((row, i) => ({ ...row, ...intervals[i] })) : first.intervals,
    histograms: histograms ?? first.histograms,
  };
  expect(() => new ShardMerge().add({ source: "0.json", result: damaged })).toThrow(message);
});

test("a result that was written during a run may have less in its rows than in its totals, also with errors", () => {
  const [first] = three() as [RunResult];
  const intervals = first.intervals.map((row, i) => (i === 3 ? { ...row, messages: 900, bytes: 90_000 } : row));
  const errors = { total: 2, byKind: { reset: 2 }, first: [] };
  const cutShort: RunResult = { ...first, intervals, errors, verdict: "fail", exitCode: 130 };
  const merging = new ShardMerge();
  merging.add({ source: "0.json", result: cutShort });
  expect(merging.size).toBe(1);
});

test("churn may have connected before the window for all that came back in it", () => {
  const [first] = three() as [RunResult];
  const options = { ...first.options, mode: "churn" };
  const churn: RunResult = { ...first, options, totals: { ...first.totals, connections: 0 } };
  const merging = new ShardMerge();
  merging.add({ source: "0.json", result: churn });
  expect(merging.size).toBe(1);
});

test("figures of a long run over very many connections can be", () => {
  const [first] = three() as [RunResult];
  if (!first.tcpInfo) throw new Error("it has TCP_INFO");
  const tcpInfo = { ...first.tcpInfo, deliveryRateBps: 1e16, busyMs: 1e14, rwndLimitedMs: 1e14 };
  expect(() => new ShardMerge().add({ source: "0.json", result: { ...first, tcpInfo } })).not.toThrow();
});

test("what is no shard of the run is refused", () => {
  const [first, second] = three() as [RunResult, RunResult];
  expect(() => merge([first, second, second])).toThrow('"1.json" and "2.json" are both of shard 2');
  expect(() => merge([{ ...first, shard: null }])).toThrow("it is not of a shard, as client --shard makes it");
  expect(() => merge([encodeResult(merge([first]))])).toThrow("it is a merged result already");
});

test("machines and the address of the server may differ between shards", () => {
  const [first] = three() as [RunResult];
  const other = {
    environment: { ...first.environment, cpu: "another", cores: 64 },
    target: { ...first.target, address: "10.0.0.2" },
  };
  const merged = merge(three(other));
  expect(merged.exitCode).toBe(0);
  expect(merged.warnings[0]).toMatchObject({
    ...{ code: "several-targets" },
    message: "the shards loaded 2 targets: 127.0.0.1:7878 (shards 1-2), 10.0.0.2:7878 (shard 3)",
  });
});
