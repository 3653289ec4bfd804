import { describe, expect, test } from "bun:test";
import { type SweepResult, sweepResultSchema } from "../client/sweep/result.ts";
import { launchBrowser, openPage } from "./fixtures/browser.ts";
import { flipBit, slowFrom, startHostileServer } from "./fixtures/hostile-server.ts";
import { type Outcome, runClient, ServerProgram, startClient, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

const quick = ["--duration", "100ms", "--warmup", "20ms"];

async function runSweep(...args: readonly string[]): Promise<Outcome & { readonly result: SweepResult }> {
  const outcome = await runClient("sweep", ...quick, ...args, "--json");
  if (outcome.stdout === "") throw new Error(outcome.stderr);
  return { ...outcome, result: sweepResultSchema.parse(JSON.parse(outcome.stdout)) };
}

describe("client sweep", () => {
  test("measures every message size, and draws a chart", async () => {
    await using server = await ServerProgram.start();
    const { stdout, exitCode } = await runClient("sweep", ...quick, ...to(server), "--sizes", "64,4k,64k");
    expect(stdout).toMatch(/^PASS {2}highest throughput \S+ .B\/s, 90 % of it from messages of \S+ .*B on;/m);
    expect(stdout).toMatch(/^ *message +messages\/s +throughput +p50 +p99 +max +throughput$/m);
    expect(stdout).toMatch(/^ *64 KiB .*█/m);
    expect(exitCode).toBe(0);
  });

  test("measures numbers of connections", async () => {
    await using server = await ServerProgram.start();
    const { result } = await runSweep(...to(server), "--conns", "1,2,4", "--sizes", "256");
    expect(result).toMatchObject({ axis: "conns", knee: null, verdict: "pass" });
    expect(result.points.map((point) => [point.conns, point.size])).toEqual([
      [1, 256],
      [2, 256],
      [4, 256],
    ]);
    expect(result.points.every(({ messagesPerSecond }) => messagesPerSecond > 0)).toBe(true);
  });

  test("measures socket buffers", async () => {
    await using server = await ServerProgram.start();
    const { result } = await runSweep(...to(server), "--buffers", "16k,64k");
    expect(result.points.map(({ buffer }) => buffer)).toEqual([16_384, 65_536]);
  });

  test("finds the highest rate that keeps the thresholds of --find-rate", async () => {
    await using server = await ServerProgram.start();
    const thresholds = ["--find-rate", "p50<1s", "--find-rate", "messages/s<=3000"];
    const { exitCode, result } = await runSweep(...to(server), ...thresholds, "--conns", "4", "--duration", "200ms");
    expect(result.axis).toBe("rate");
    expect(result.knee?.messagesPerSecond).toBeWithin(2_700, 3_061);
    expect(result.answer).toMatch(/^up to [\d,]+ messages\/s meet p50<1s and messages\/s<=3000$/);
    expect(result.points.some(({ hasKept }) => hasKept === false)).toBe(true);
    expect(exitCode).toBe(0);
  });

  test("finds a rate that needs more in flight than a closed loop has", async () => {
    using server = startHostileServer(slowFrom(0, 50));
    const load = ["--find-rate", "messages/s<=150", "--conns", "2", "--duration", "200ms"];
    const { result } = await runSweep(...to(server), ...load);
    // One message in flight on each connection comes to 40 a second.
    expect(result.knee?.messagesPerSecond).toBeGreaterThan(100);
  });

  test("says so when no rate keeps the thresholds, exit 4", async () => {
    await using server = await ServerProgram.start();
    const { exitCode, result } = await runSweep(...to(server), "--find-rate", "p50<1ns");
    expect(result).toMatchObject({ verdict: "fail", knee: { messagesPerSecond: null } });
    expect(exitCode).toBe(4);
  });

  test("ends with one line when the server corrupts a byte, exit 1, or no server listens, exit 3", async () => {
    using server = startHostileServer(flipBit(5_000, 1));
    const corrupt = await runClient("sweep", ...quick, ...to(server));
    expect(corrupt.stderr).toContain("error: the load failed: mismatch: the echo differs");
    expect(corrupt.exitCode).toBe(1);
    expect((await runClient("sweep", "--port", "1")).exitCode).toBe(3);
  });

  test.each([
    [["--sizes", "1,2", "--conns", "1,2"], 'error: --conns "1,2": expected one value, since --sizes has several\n'],
    [
      ["--sizes", "1,2", "--find-rate", "p99<1s"],
      'error: --sizes "1,2": expected one value, since --find-rate varies the rate\n',
    ],
    [
      ["--find-rate", "p99<1s after 3s", "--duration", "100ms"],
      'error: --find-rate "p99<1s after 3s": expected a time within the 100ms of the load\n',
    ],
  ])("names options that contradict each other: %p", async (args, message) => {
    const { exitCode, stderr } = await runClient("sweep", ...args);
    expect(stderr).toBe(message);
    expect(exitCode).toBe(2);
  });

  test("keeps the points that were measured when Ctrl+C ends it", async () => {
    await using server = await ServerProgram.start();
    await using client = startClient("sweep", ...to(server), "--conns", "1,2,3,4,5", ...quick, "--duration", "300ms");
    await client.saw(/2 connections /);
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toMatch(/^INTERRUPTED {2}highest throughput/m);
  });

  testWith("chromium")("writes a page with charts and figures that needs no other file", async () => {
    await using server = await ServerProgram.start();
    using folder = new TemporaryFolder();
    const page = folder.join("sweep.html");
    expect((await runClient("sweep", ...quick, ...to(server), "--html", page)).exitCode).toBe(0);
    const browser = await launchBrowser();
    try {
      const opened = await openPage(browser, `file://${page}`, { viewport: { width: 360, height: 800 } });
      expect(await opened.page.locator(".chart:not([hidden]) canvas").count()).toBe(3);
      expect(await opened.page.locator(".scroll tbody tr").count()).toBe(5);
      const overflow = await opened.page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect(overflow).toBeLessThanOrEqual(0);
      expect(opened.requests).toEqual([`file://${page}`]);
      expect(opened.complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
