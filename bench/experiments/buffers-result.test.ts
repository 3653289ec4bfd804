import { expect, test } from "bun:test";
import { type BufferRun, recommendBuffer, summarizeBuffers } from "./buffers-result.ts";

const run = (bufferBytes: number | undefined, messageBytes: number, bytesPerSecond: number): BufferRun => ({
  ...{ bufferBytes, messageBytes, bytesPerSecond, p99Ns: 1_000, grantedSndbufBytes: 1, grantedRcvbufBytes: 1 },
});

test("gives medians, and the share of the best throughput with each message size", () => {
  const cells = summarizeBuffers([run(64, 1, 100), run(64, 1, 300), run(64, 1, 200), run(256, 1, 400), run(64, 9, 7)]);
  expect(cells.map(({ bufferBytes, messageBytes, share }) => [bufferBytes, messageBytes, share])).toEqual([
    [64, 1, 0.5],
    [256, 1, 1],
    [64, 9, 1],
  ]);
});

test("recommends the smallest buffer that is as good as the best over all message sizes", () => {
  const sizes = (bufferBytes: number | undefined, small: number, large: number) => [
    run(bufferBytes, 1, small),
    run(bufferBytes, 9, large),
  ];
  const runs = [...sizes(undefined, 100, 50), ...sizes(64, 98, 60), ...sizes(256, 99, 99), ...sizes(1_024, 100, 100)];
  expect(recommendBuffer(summarizeBuffers(runs))).toEqual({ bufferBytes: 256, worstShare: 0.99 });
});

test("recommends autotuning where nothing is better", () => {
  const runs = [run(undefined, 1, 98), run(64, 1, 100)];
  expect(recommendBuffer(summarizeBuffers(runs)).bufferBytes).toBeUndefined();
});
