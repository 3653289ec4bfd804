import { expect, test } from "bun:test";
import { KEPT_OUTAGES } from "../../lib/result/run-result.ts";
import { Outages } from "./outages.ts";

test("reports when each connection broke, why, for how long, and how many connects failed", () => {
  const outages = new Outages();
  outages.begin(4, "reset", 3e9);
  outages.begin(2, "closed-early", 1e9);
  outages.connectFailed(4);
  outages.connectFailed(4);
  outages.connectFailed(9);
  expect([outages.has(4), outages.has(9)]).toEqual([true, false]);
  outages.end(4, 3.5e9);
  outages.end(9, 5e9);
  expect(outages.has(4)).toBe(false);
  expect(outages.reportSince(2e9)).toEqual([
    { connection: 2, cause: "closed-early", startMs: -1_000, durationMs: null, failedConnects: 0 },
    { connection: 4, cause: "reset", startMs: 1_000, durationMs: 500, failedConnects: 2 },
  ]);
});

test("keeps the first ones of very many", () => {
  const outages = new Outages();
  for (let i = 0; i < KEPT_OUTAGES + 5; i++) {
    outages.begin(1, "reset", i);
    outages.end(1, i + 0.5);
  }
  expect(outages.reportSince(0)).toHaveLength(KEPT_OUTAGES);
});
