import { describe, expect, test } from "bun:test";
import type { ChartSpec } from "../../lib/page/chart-spec.ts";
import { bothWays, decodedResultOf, resultOf } from "../../lib/result/run-result.fixture.ts";
import { renderRunPage } from "./run-page.ts";

/** The page without its scripts and styles: what is read without either. */
const readable = (page: string): string => page.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, "");

const policyOf = (page: string): string =>
  /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll("&#x27;", "'") ?? "";

describe("the page of a run", () => {
  test("has its figures in tables", () => {
    const text = readable(renderRunPage(decodedResultOf()));
    for (const figure of ["PASS", "200,000", "205 MB/s", "150 µs", "site=berlin", "TLSv1.3", "64 to 127 B"]) {
      expect(text).toContain(figure);
    }
  });

  test("says in its head what was measured, when and how, and names everything in words", () => {
    const load = {
      conns: 50,
      rate: 5_000,
      pipeline: 100,
      connectTimeout: 5_000,
      newShape: 1,
      admin: { host: "::1", port: 9_788 },
      buffer: 65_536,
    };
    const harness = {
      ...{ pauses: 2, pausedMs: 7.5, longestPauseMs: 4.2, collections: 3, runQueueMs: null, involuntarySwitches: 5 },
      processors: [0, 3],
      backgroundThreads: "idle" as const,
    };
    const own = { schema: "echobench.server/1", startedAt: "x", workers: [], counters: {} };
    const server = { url: "http://localhost/stats.json", before: own, after: { bytesIn: 5 } };
    const page = renderRunPage(
      decodedResultOf({
        options: { mode: "echo", size: 1_024, ...load },
        errors: { total: 1, byKind: { "echo-timed-out": 1 }, first: [] },
        ...{ server, harness },
      }),
    );
    const text = readable(page);
    expect(text).toContain("50 connections, 1 KiB messages, open loop of 5,000/s with at most 100 in flight each");
    expect(text).toContain("2026-01-02T03:04:05Z, measured 10s after 1s of warm-up");
    for (const [name, value] of [
      ["time for a connect", "5s"],
      ["socket buffers", "64 KiB"],
      ["new shape", "1"],
      ["live page on", "host ::1, port 9788"],
      ["the longest", "4.20 ms"],
      ["lost the processor", "5 times"],
    ] as const) {
      expect(text.replaceAll(/\s+/g, " ")).toContain(`<th scope="row">${name}</th> <td>${value}</td>`);
    }
    expect(text).toContain("echo timed out");
    expect(text.replaceAll(/<[^>]*>/g, "").match(/\b[a-z]{2,}[A-Z]\w*|\b\w+_\d\b/g)).toBeNull();
  });

  test("has each way by itself, and the shards of a merged result", () => {
    const { environment, rttNs, clock } = resultOf();
    const part = {
      ...{
        source: "a.json",
        index: 2,
        startedAt: "2026-01-02T03:04:05Z",
        environment,
        labels: {},
        address: "x",
        port: 7878,
        clock,
      },
      ...{
        openedAt: 5_000,
        durationMs: 10_000,
        connections: 1,
        messages: 2_000,
        bytesReceived: 1,
        messagesPerSecond: 200,
      },
      ...{ bytesPerSecond: 1, rttNs, errors: 0, warnings: [], verdict: "pass" as const, reason: "" },
    };
    const merged = {
      run: "r",
      of: 3,
      allowedMissing: 0,
      missing: [1],
      cutShort: [2],
      commonStartMs: 0,
      commonShare: 1,
      parts: [part],
    };
    const text = readable(renderRunPage(decodedResultOf({ merged, ways: bothWays }))).replaceAll(/\s+/g, " ");
    expect(text).toContain("<td>upload</td><td>1.02 GB</td><td>102 MB/s</td><td>819 Mbit/s</td><td>the network</td>");
    expect(text).toMatch(/<td>1<\/td>(<td><\/td>)+<td>missing<\/td>/);
    expect(text).toMatch(/<td>2<\/td><td>\+\S+<\/td><td>10s<\/td><td>2,000<\/td>.*<td>cut short<\/td>/);
  });

  test("has a unit or a title on every axis", () => {
    const [, data = ""] = /id="charts">([\s\S]*?)<\/script>/.exec(renderRunPage(decodedResultOf())) ?? [];
    const charts = JSON.parse(data) as ChartSpec[];
    expect(charts.map(({ x, y }) => [x.title, y.title])).toEqual([
      ["percentile", "latency"],
      ["time since the window opened", "messages/s"],
      ["time since the window opened", "round trip"],
      ["round trip, up to", "messages"],
    ]);
  });

  test("asks nobody for anything", () => {
    const page = renderRunPage(decodedResultOf());
    expect(page.match(/(?:src|href)="[^"]*"/g)).toEqual(['href="data:,"']);
    expect(policyOf(page)).toContain("default-src 'none'");
  });

  test("allows exactly the scripts and styles it has", () => {
    const page = renderRunPage(decodedResultOf());
    const directive = (tag: string): string => {
      const sources = [...page.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "g"))].map(
        ([, source = ""]) => source,
      );
      const hashes = sources.map((source) => new Bun.CryptoHasher("sha256").update(source).digest("base64"));
      return `${tag}-src ${hashes.map((hash) => `'sha256-${hash}'`).join(" ")}`;
    };
    expect(directive("script").match(/sha256/g)).toHaveLength(3);
    expect(directive("style").match(/sha256/g)).toHaveLength(2);
    const allowed = policyOf(page).split("; ");
    expect(allowed).toContain(directive("script"));
    expect(allowed).toContain(directive("style"));
  });

  test("shows what came from outside as text, in markup and in data", () => {
    const nasty = "</script><img src=x onerror=alert(1)>";
    const first = [{ kind: "mismatch", message: nasty, connection: 0, offset: 1, expected: nasty, actual: nasty }];
    const page = renderRunPage(
      decodedResultOf({
        target: { ...decodedResultOf().target, host: nasty },
        labels: { [nasty]: nasty },
        options: { mode: nasty },
        errors: { total: 1, byKind: { [nasty]: 1 }, first },
        warnings: [{ code: nasty, message: nasty, advice: nasty }],
        verdict: "fail",
      }),
    );
    expect(page.includes("<img")).toBe(false);
    expect(readable(page)).toContain("&lt;/script&gt;&lt;img src=x");
  });

  test("leaves out what a stream does not have", () => {
    const none = { ...decodedResultOf().rttNs, count: 0 };
    const totals = { ...decodedResultOf().totals, messages: 0 };
    const rows = decodedResultOf().intervals.map((row) => ({ ...row, messages: 0 }));
    const stream = { rttNs: none, totals, intervals: rows, sizes: [], options: { mode: "stream" } };
    const page = renderRunPage(decodedResultOf(stream));
    for (const absent of ["Histogram", "messages", "Round trip"]) expect(readable(page)).not.toContain(absent);
    expect(page.includes('"title":"bytes/s"')).toBe(true);
  });
});
