import { expect, test } from "bun:test";
import { latencyPercentiles } from "../latency/hdr.ts";
import { summarizeLatency } from "../latency/latency-summary.ts";
import { decodeResult, encodeResult } from "./decoded-result.ts";
import { decodedResultOf, resultOf } from "./run-result.fixture.ts";
import { runResultSchema } from "./run-result.ts";

test("a result that is saved and read again is the same, its histograms to the last figure", () => {
  const result = decodedResultOf();
  const text = JSON.stringify(encodeResult(result));
  const again = decodeResult(runResultSchema.parse(JSON.parse(text)));
  expect(JSON.stringify({ ...again, histograms: {} })).toBe(JSON.stringify({ ...result, histograms: {} }));
  for (const [name, histogram] of Object.entries(result.histograms)) {
    const decoded = again.histograms[name];
    if (!decoded) throw new Error(`the histogram ${name} is lost`);
    expect(summarizeLatency(decoded)).toEqual(summarizeLatency(histogram));
    expect(decoded.bars(40)).toEqual(histogram.bars(40));
    expect(latencyPercentiles(decoded)).toBe(latencyPercentiles(histogram));
  }
});

test("a result of an earlier version gets what it lacks", () => {
  const { reason: _, exitCode: __, ...earlier } = resultOf({ histograms: {} });
  expect(decodeResult(runResultSchema.parse(earlier))).toMatchObject({
    ...{ verdict: "pass", reason: "every byte came back as it was sent", exitCode: 0, histograms: {} },
  });
});

test("a histogram that is none is an error", () =>
  expect(() => decodeResult(resultOf({ histograms: { rtt: "none" } }))).toThrow());
