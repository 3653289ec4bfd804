import { describe, expect, test } from "bun:test";
import type { RunFigures, RunPoint } from "./live-message.ts";
import { renderRunStatus } from "./status.ts";

const figures: RunFigures = {
  ...{ version: "1.0.0", target: "127.0.0.1:7878", load: "4 connections", startedAt: "2026-01-01T00:00:00.000Z" },
  ...{ phase: "measuring", verdict: null, elapsedMs: 12_345, durationMs: 30_000, leftMs: 17_655, share: 0.41 },
  connections: { wanted: 10, open: 10, established: 10 },
  ...{ messages: 1, bytesSent: 1, bytesReceived: 1, errors: 0, retransmits: 0, failures: [] },
};

const point: RunPoint = {
  ...{ timeMs: 0, messagesPerSecond: 123_456.7, bytesPerSecond: 126_400_000, openConnections: 10 },
  ...{ p50Ns: 45_000, p99Ns: 110_000, maxNs: 1_200_000 },
};

const history = [{ ...point, messagesPerSecond: 60_000, p99Ns: 220_000 }, point];

const shown = (changes: Partial<RunFigures>, columns: number, rows = history, isStream = false): string[] =>
  renderRunStatus({ ...figures, ...changes }, rows, isStream, columns).map((line) => Bun.stripANSI(line));

describe("a wide terminal", () => {
  test("has a bar, the rate, percentiles, errors and sparklines, and an empty line for the cursor", () => {
    expect(shown({}, 80)).toEqual([
      "── ███████████████▏░░░░░░░░░░░░░░░░░░░░░ 12s of 30s, 18s left ──",
      "Rate    123,457 messages/s, 126 MB/s    ▄█",
      "p50     45.0 µs                         ██",
      "p99     110 µs, max 1.20 ms             █▅",
      "Errors  none, 10 of 10 connections open",
      "",
    ]);
  });

  test("shows what is known before the first row", () => {
    const [heading, rate, , p99] = shown({ phase: "warm-up", elapsedMs: -500, leftMs: 30_500, share: 0 }, 80, []);
    expect(heading).toMatch(/^── ░+ warm-up, 31s left ──$/);
    expect([rate, p99]).toEqual(["Rate    –", "p99     –"]);
    const connecting = shown({ phase: "connecting", elapsedMs: null, leftMs: null, share: 0 }, 80, []);
    expect(connecting[0]).toBe("── connecting to 127.0.0.1:7878 ──");
  });

  test("a stream has its bytes, and no round trips", () => {
    const rows = shown({}, 80, history, true).slice(1, -1);
    expect(rows).toEqual(["Rate    126 MB/s        ██", "Errors  none, 10 of 10 connections open"]);
  });

  test("a run without an end in time shows how long it takes already, and what is left as far as it can", () => {
    expect(shown({ durationMs: null }, 80)[0]).toEndWith(" 12s, 18s left ──");
    expect(shown({ durationMs: null, leftMs: null }, 80)[0]).toEndWith(" 12s ──");
  });

  test("errors are counted", () => {
    expect(shown({ errors: 1_234 }, 80)[4]).toBe("Errors  1,234, 10 of 10 connections open");
  });
});

describe("a narrow terminal", () => {
  test.each([
    [59, "18s left 123k/s p50 45.0µs p99 110µs err 0"],
    [43, "18s left 123k/s p50 45.0µs p99 110µs err 0"],
    [42, "18s 123k/s p50 45.0µs p99 110µs err 0"],
    [37, "18s 123k/s p99 110µs err 0"],
    [26, "18s 123k/s err 0"],
    [16, "123k/s err 0"],
    [10, "err 0"],
  ])("of %p columns has one line with what fits", (columns, line) => {
    expect(shown({}, columns)).toEqual([line, ""]);
  });

  test("has no figures in the warm-up", () => {
    expect(shown({ phase: "warm-up", elapsedMs: -500, leftMs: 30_500 }, 40, [])).toEqual(["warm-up, 31s left", ""]);
  });
});

test("no line is wider than the terminal", () => {
  const long = Array.from({ length: 300 }, () => point);
  for (const columns of [60, 61, 79, 80, 120, 200]) {
    for (const line of shown({ leftMs: 7_199_000, durationMs: 7_200_000 }, columns, long)) {
      expect(Bun.stringWidth(line)).toBeLessThan(columns);
    }
  }
});
