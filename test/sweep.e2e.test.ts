import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SweepResult, sweepResultSchema } from "../client/sweep/result.ts";
import { launchBrowser, openPage } from "./fixtures/browser.ts";
import { flipBit, startHostileServer } from "./fixtures/hostile-server.ts";
import { type Outcome, runClient, ServerProgram, startClient } from "./fixtures/program.ts";
import { testWith } from "./fixtures/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "echobench-sweep-"));
afterAll(() => rmSync(folder, { recursive: true }));

const quick = ["--duration", "200ms", "--warmup", "50ms"];

async function runSweep(...args: readonly string[]): Promise<Outcome & { readonly result: SweepResult }> {
  const outcome = await runClient("sweep", ...quick, ...args, "--json");
  if (outcome.stdout === "") throw new Error(outcome.stderr);
  return { ...outcome, result: sweepResultSchema.parse(JSON.parse(outcome.stdout)) };
}

const to = ({ port }: { readonly port: number }): string[] => ["--port", String(port)];

describe("client sweep", () => {
  test("measures every message size, with a chart", async () => {
    await using server = await ServerProgram.start();
    const { stdout, exitCode } = await runClient("sweep", ...quick, ...to(server), "--sizes", "64,4k,64k");
    expect(stdout).toMatch(/^PASS {2}highest throughput \S+ .B\/s, 90 % of it from messages of \S+ .*B on;/m);
    expect(stdout).toMatch(/^ *message +messages\/s +throughput +p50 +p99 +max +throughput$/m);
    expect(stdout).toMatch(/^ *64 KiB .*█/m);
    expect(exitCode).toBe(0);
  });

  test("connections, and buffers, and what was asked of the kernel", async () => {
    await using server = await ServerProgram.start();
    const conns = await runSweep(...to(server), "--conns", "1,2,4", "--sizes", "256");
    expect(conns.result).toMatchObject({ axis: "conns", knee: null, verdict: "pass" });
    expect(conns.result.points.map((point) => [point.conns, point.size])).toEqual([
      [1, 256],
      [2, 256],
      [4, 256],
    ]);
    expect(conns.result.points.every(({ messagesPerSecond }) => messagesPerSecond > 0)).toBe(true);
    const buffers = await runSweep(...to(server), "--buffers", "16k,64k");
    expect(buffers.result.points.map(({ buffer }) => buffer)).toEqual([16_384, 65_536]);
  });

  test("--find-rate finds the highest rate that meets a threshold, or says that there is none", async () => {
    await using server = await ServerProgram.start();
    const found = await runSweep(
      ...to(server),
      "--find-rate",
      "p50<1s",
      "--find-rate",
      "messages/s<=3000",
      "--conns",
      "4",
    );
    expect(found.result.axis).toBe("rate");
    expect(found.result.knee?.messagesPerSecond).toBeWithin(2_700, 3_061);
    expect(found.result.answer).toMatch(/^up to [\d,]+ messages\/s meet p50<1s and messages\/s<=3000$/);
    expect(found.result.points.some(({ hasKept }) => hasKept === false)).toBe(true);
    expect(found.exitCode).toBe(0);
    const none = await runSweep(...to(server), "--find-rate", "p50<1ns", "--duration", "100ms");
    expect(none.result).toMatchObject({ verdict: "fail", knee: { messagesPerSecond: null } });
    expect(none.exitCode).toBe(4);
  }, 60_000);

  test("a server that corrupts, one that is not there, and lists that contradict each other", async () => {
    using server = startHostileServer(flipBit(5_000, 1));
    const corrupt = await runClient("sweep", ...quick, ...to(server));
    expect(corrupt.stderr).toContain("error: the load failed: mismatch: the echo differs");
    expect(corrupt.exitCode).toBe(1);
    expect((await runClient("sweep", "--port", "1")).exitCode).toBe(3);
    const two = await runClient("sweep", "--sizes", "1,2", "--conns", "1,2");
    expect(two.stderr).toBe("error: --conns: expected one value, since --sizes has several\n");
    expect(two.exitCode).toBe(2);
    const rate = await runClient("sweep", "--sizes", "1,2", "--find-rate", "p99<1s");
    expect(rate.stderr).toBe("error: --sizes: expected one value, since --find-rate varies the rate\n");
  });

  test("Ctrl+C keeps the points that were measured", async () => {
    await using server = await ServerProgram.start();
    await using client = startClient("sweep", ...to(server), "--conns", "1,2,3,4,5", "--duration", "500ms");
    await client.saw(/2 connections /);
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toMatch(/^INTERRUPTED {2}highest throughput/m);
  });

  testWith("chromium")("the page shows charts and figures, on its own and without complaint", async () => {
    await using server = await ServerProgram.start();
    const page = join(folder, "sweep.html");
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
