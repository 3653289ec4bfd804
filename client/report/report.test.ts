import { describe, expect, test } from "bun:test";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { clientOptions } from "../options/options.ts";
import { renderReport } from "./report.ts";
import { measured, plan, resultOf } from "../run/result.fixture.ts";
import { buildResult } from "../run/result.ts";

const render = (result: DecodedResult, width = 100): string => Bun.stripANSI(renderReport(result, width));

describe("the report", () => {
  test("shows rates, processor time and verdict", () => {
    const text = render(resultOf());
    expect(text).toContain("Messages    2,000,000  200,000/s");
    expect(text).toContain("Data        2.05 GB  205 MB/s  1.64 Gbit/s");
    expect(text).toContain("Client CPU  5.00 µs a message  100 % of a core");
    expect(text).toContain("seed 7, measured 10s after 1s of warm-up");
    expect(text).toEndWith("PASS  every byte came back as it was sent\n");
  });

  test("gives no processor time of a message when there was none", () => {
    const none = resultOf({
      totals: { ...resultOf().totals, messages: 0 },
      cpu: { ...resultOf().cpu, perMessageUs: 0 },
    });
    expect(render(none)).toContain("Client CPU  100 % of a core");
  });

  test("shows the first failure of each kind with its place and bytes", () => {
    const failure = { kind: "mismatch", message: "the echo differs", connection: 1, offset: 12_345 };
    const first = [{ ...failure, expected: "00ff", actual: "01ff" }];
    const text = render(
      resultOf({ verdict: "fail", reason: "3 errors", errors: { total: 3, byKind: { mismatch: 2, reset: 1 }, first } }),
    );
    expect(text).toContain("  mismatch 2, first on connection 1 at offset 12,345:\n    the echo differs\n");
    expect(text).toContain("    expected 00ff\n    got      01ff\n");
    expect(text).toContain("  reset 1\n");
    expect(text).toEndWith("FAIL  3 errors\n");
  });

  test("does not claim that bytes were compared when they were not", () => {
    const asked = clientOptions.parse({ conns: 2, seed: 7, verify: "off" });
    const text = render(buildResult(asked, plan, measured()));
    expect(text).toContain("they were not compared");
    expect(text).not.toContain("every byte came back as it was sent");
  });

  test("says when there may be more outages than the result has", () => {
    const outage = { connection: 3, cause: "reset", startMs: -1_500, durationMs: null, failedConnects: 2 };
    const outagesOf = (count: number): string[] =>
      render(resultOf({ outages: Array.from({ length: count }, () => outage) })).split("\n");
    expect(outagesOf(12)).toContain("Outages     12");
    expect(outagesOf(12)).toContain("  -1.500s  connection 3, reset, until the end, 2 failed connects");
    expect(outagesOf(12)).toContain("  and 2 more");
    expect(outagesOf(1_000)).toContain("Outages     1,000 or more, of which the result has the first");
  });

  test("keeps to a narrow terminal", () => {
    for (const line of render(resultOf(), 60).split("\n")) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(60);
  });
});

test("the thresholds stand in a table, and a broken one fails a run in which every byte came back", () => {
  const asked = clientOptions.parse({ expect: ["p99<2ms", "messages/s>=1M"] });
  const result = buildResult(asked, plan, measured());
  const text = render(result);
  expect(text).toContain("Expected\n  kept    p99<2ms         149 µs\n  broken  messages/s>=1M  200,000/s\n");
  expect(text).toEndWith("FAIL  1 threshold broken\n");
  expect(result.verdict).toBe("fail");
});
