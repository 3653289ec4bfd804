import { expect, test } from "bun:test";
import { serverFigures } from "./server-figures.ts";

const url = "http://localhost:9787/stats.json";

const overview = (connections: number, bytes: number, startedAt = "2026-01-02T03:04:05.000Z") => ({
  schema: "echobench.server/1",
  startedAt,
  counters: { connections, peak: 7, rejected: 0, timedOut: 0, errors: 1, bytesIn: bytes, bytesOut: bytes },
  workers: [
    { restarts: 1, eventLoopLagMs: 2 },
    { restarts: 2, eventLoopLagMs: 1.5 },
  ],
});

test("our server's counters stand with their units and what the run added", () => {
  const { rows, note } = serverFigures({ url, before: overview(3, 1e6), after: overview(53, 5e6) });
  expect(note).toBe("");
  expect(rows).toContainEqual(["connections", "3", "53", "50"]);
  expect(rows).toContainEqual(["received", "1.00 MB", "5.00 MB", "4.00 MB"]);
  expect(rows).toContainEqual(["connections at once, at most", "7", "7", "–"]);
  expect(rows).toContainEqual(["restarts of workers", "3", "3", "0"]);
  expect(rows).toContainEqual(["lag of the event loop", "2.00 ms", "2.00 ms", "–"]);
});

test("a server that was started again in between is named, as its counters began anew", () => {
  const after = overview(1, 1, "2026-01-02T03:05:00.000Z");
  expect(serverFigures({ url, before: overview(3, 1), after }).note).toContain("started again");
});

test("another server's single values stand with their names in words, and lists are left out", () => {
  const before = { uptimeMs: 1_000.5, io: { bytesIn: 5 }, list: [1], mode: "a" };
  const after = { uptimeMs: 3_000.5, io: { bytesIn: 1e6, bytesOut: 2 }, mode: "b".repeat(100) };
  expect(serverFigures({ url, before, after })).toEqual({
    note: "",
    rows: [
      ["uptime ms", "1,000.5", "3,000.5", "2,000"],
      ["io, bytes in", "5", "1,000,000", "999,995"],
      ["mode", "a", `${"b".repeat(80)}…`, "–"],
      ["io, bytes out", "–", "2", "–"],
    ],
  });
});

test.each([
  [null, null, "neither before nor after"],
  [null, {}, "not be read before"],
  [{}, null, "not be read after"],
])("figures %p and %p are said not to be there", (before, after, note) => {
  expect(serverFigures({ url, before, after })).toEqual({ rows: [], note: expect.stringContaining(note) });
});
