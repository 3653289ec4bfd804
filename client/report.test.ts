import { describe, expect, test } from "bun:test";
import type { RunResult } from "../lib/run-result.ts";
import { clientOptions } from "./options.ts";
import { toPlan } from "./plan.ts";
import { renderReport } from "./report.ts";
import { buildResult } from "./result.ts";
import { cell, openThreadCells } from "./thread-cells.ts";

const options = clientOptions.parse({ conns: 2, seed: 7 });
const plan = toPlan(options, () => 0);

function resultOf(changes: Partial<RunResult> = {}): RunResult {
  const cells = openThreadCells();
  cells.counters[cell.messages] = 2_000_000;
  cells.counters[cell.bytesReceived] = 2_048_000_000;
  cells.counters[cell.connected] = 2;
  for (let i = 0; i < 1_000; i++) cells.rtt.record(50_000 + i * 100);
  const measured = {
    startedAt: new Date(0),
    address: { family: "ipv4", address: "127.0.0.1", port: 7878 } as const,
    durationMs: 10_000,
    cells: [cells],
    reports: [],
    cpu: { userMs: 1_000, systemMs: 9_000 },
    isInterrupted: false,
  };
  return { ...buildResult(options, plan, measured), ...changes };
}

const render = (result: RunResult, width = 100): string => Bun.stripANSI(renderReport(result, plan, [], width));

describe("the report", () => {
  test("tells rates, processor time and verdict", () => {
    const text = render(resultOf());
    expect(text).toContain("Messages    2,000,000  200,000/s");
    expect(text).toContain("Data        2.05 GB  205 MB/s  1.64 Gbit/s");
    expect(text).toContain("Client CPU  5.00 µs a message  100 % of a core");
    expect(text).toContain("seed 7, measured 10s after 1s of warm-up");
    expect(text).toEndWith("PASS  every byte came back as it was sent\n");
  });

  test("shows the first failure of each kind with its place and bytes", () => {
    const failure = { kind: "mismatch", message: "the echo differs", connection: 1, offset: 12_345 };
    const first = [{ ...failure, expected: "00ff", actual: "01ff" }];
    const text = render(resultOf({ verdict: "fail", errors: { total: 3, byKind: { mismatch: 2, reset: 1 }, first } }));
    expect(text).toContain("  mismatch 2, first on connection 1 at offset 12,345:\n    the echo differs\n");
    expect(text).toContain("    expected 00ff\n    got      01ff\n");
    expect(text).toContain("  reset 1\n");
    expect(text).toEndWith("FAIL  3 errors\n");
  });

  test("does not claim that bytes were compared when they were not", () => {
    const text = render(resultOf({ options: { verify: false } }));
    expect(text).toContain("they were not compared");
    expect(text).not.toContain("every byte came back as it was sent");
  });

  test("keeps to a narrow terminal", () => {
    for (const line of render(resultOf(), 60).split("\n")) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(60);
  });
});

test("the result's verdict: errors fail it, nothing measured fails it, Ctrl+C alone interrupts it", () => {
  expect(resultOf().verdict).toBe("pass");
  const cells = [openThreadCells()];
  const idle = {
    startedAt: new Date(0),
    address: { family: "ipv4", address: "127.0.0.1", port: 7878 } as const,
    ...{ durationMs: 0, cells, reports: [], cpu: { userMs: 0, systemMs: 0 } },
  };
  const failed = { failuresByKind: { reset: 1 }, failures: [], jittersNs: [], kernel: [] } as const;
  expect(buildResult(options, plan, { ...idle, isInterrupted: false }).verdict).toBe("fail");
  expect(buildResult(options, plan, { ...idle, isInterrupted: true }).verdict).toBe("interrupted");
  expect(buildResult(options, plan, { ...idle, isInterrupted: true, reports: [failed] }).verdict).toBe("fail");
});
