import { describe, expect } from "bun:test";
import type { LiveMessage } from "../client/live/live-message.ts";
import type { Overview } from "../server/service/monitor.ts";
import { startClientWithAdmin, startWithAdmin } from "./fixtures/admin.ts";
import { launchBrowser, openPage } from "./fixtures/browser.ts";
import { ServerProgram, startClient, to } from "./fixtures/program.ts";
import { openRaw } from "./fixtures/raw-client.ts";
import { testWith } from "./fixtures/tools.ts";
import { until } from "./fixtures/until.ts";

/** A script that gives the IDs of tables that are wider than their place. */
const cutTables = `[...document.querySelectorAll(".scroll")]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
  .map((each) => each.querySelector("tbody").id)`;

/** Local time as ISO 8601 has it. */
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/;

/** A script that says of each chart whether something is drawn. */
const drawnCharts = `[...document.querySelectorAll("canvas")].map((canvas) =>
  canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0))`;

const view = (width: number, colorScheme: "light" | "dark") => ({ colorScheme, viewport: { width, height: 800 } });

/** A script that counts the pixels of each line's colour in the chart of the throughput. */
const seenColours = `(() => {
  const canvas = document.querySelector("#chart-throughput canvas");
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  return ["--series-1", "--series-2"].map((name) => {
    const wanted = resolved(name).match(/\\d+/g).map(Number);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) if (wanted.every((value, k) => Math.abs(data[i + k] - value) < 12)) count++;
    return count;
  });
})()`;

describe("the live page of a server in a browser", () => {
  testWith("chromium")(
    "shows figures that change while a client runs, and continues after a restart of the server",
    async () => {
      const { server, url } = await startWithAdmin();
      const { port } = new URL(url);
      const browser = await launchBrowser();
      try {
        const pages = await Promise.all([
          openPage(browser, url, view(1_200, "light")),
          openPage(browser, url, view(360, "dark")),
        ]);
        await using client = startClient(...to(server), "--duration", "20s", "--conns", "3", "--quiet");
        for (const { page } of pages) {
          await page.locator("#talkers tr").nth(2).waitFor();
          const first = await page.locator("#in").innerText();
          await until(
            () => page.locator("#in").innerText(),
            `a total other than ${first}`,
            (total) => total !== first,
          );
          expect(await page.locator("#state").innerText()).toBe("serving");
          expect(await page.locator("#active").innerText()).toBe("3");
          expect(await page.locator("#in-rate").innerText()).toMatch(/^[\d.,]+ [kMG]?B\/s$/);
          expect(await page.locator("#events tr").first().innerText()).toContain("CONNECT");
          expect(await page.evaluate(drawnCharts)).toEqual([true, true, true]);
          expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
          expect(await page.evaluate(cutTables)).toEqual([]);
          expect(await page.locator("#events td").first().innerText()).toMatch(iso);
          // Received and echoed are nearly the same, and both are to be seen.
          await until(
            () => page.evaluate(seenColours) as Promise<number[]>,
            "pixels of both lines",
            (counts) => counts.every((count) => count > 20),
          );
        }
        const backgrounds = await Promise.all(
          pages.map(({ page }) => page.evaluate("getComputedStyle(document.body).backgroundColor")),
        );
        expect(new Set(backgrounds).size).toBe(2);
        client.kill("SIGINT");
        await client.exited();
        expect(pages.flatMap(({ complaints }) => complaints)).toEqual([]);

        expect(await server.stop()).toBe(0);
        for (const { page } of pages) await page.waitForSelector("#state.bad");
        await using again = await ServerProgram.start("--admin", port);
        const raw = await openRaw(again.port);
        for (const { page, requests } of pages) {
          await until(
            () => page.locator("#active").innerText(),
            "one active connection",
            (active) => active === "1",
          );
          expect(await page.locator("#state").innerText()).toBe("serving");
          expect(requests.every((request) => request.startsWith(url))).toBe(true);
        }
        raw.destroy();
      } finally {
        await browser.close();
        await server[Symbol.asyncDispose]();
      }
    },
    60_000,
  );

  testWith("chromium")("shows as text whatever a peer may have written", async () => {
    const { server, url, overview } = await startWithAdmin();
    await using _server = server;
    const nasty = '<img src="x" onerror="document.title=1"><script>document.title=2</script>';
    const honest = await overview();
    const forged: Overview = {
      ...honest,
      endpoints: [nasty],
      talkers: [{ client: nasty, bytesIn: 1, bytesOut: 1, bytesPerSecond: 1, connectedMs: 1 }],
      events: [{ kind: "REJECT", client: nasty, reason: nasty, timeMs: 0 }],
    };
    const sample = { timeMs: 0, active: 0, ...honest.rates };
    const browser = await launchBrowser();
    try {
      const page = await (await browser.newContext()).newPage();
      const body = `data: ${JSON.stringify({ ...forged, history: [sample] })}\n\n`;
      await page.route("**/events", (route) => route.fulfill({ contentType: "text/event-stream", body }));
      await page.goto(url);
      await page.waitForSelector("#talkers tr");
      expect(await page.locator("#talkers td").first().innerText()).toBe(nasty);
      expect(await page.locator("#events td").last().innerText()).toBe(`${nasty} (${nasty})`);
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.title()).toBe("echobench server");
    } finally {
      await browser.close();
    }
  });
});

describe("the live page of a client in a browser", () => {
  testWith("chromium")(
    "shows figures that change while the run goes on, and then its verdict",
    async () => {
      await using server = await ServerProgram.start();
      const load = ["--conns", "3", "--duration", "60s", "--warmup", "0", "--interval", "200ms", "--quiet"];
      const { client, url } = await startClientWithAdmin(server, ...load);
      await using _client = client;
      const browser = await launchBrowser();
      try {
        const pages = await Promise.all([
          openPage(browser, url, view(1_200, "light")),
          openPage(browser, url, view(360, "dark")),
        ]);
        for (const { page } of pages) {
          await page.locator("#state.good").waitFor();
          const first = await page.locator("#messages").innerText();
          await until(
            () => page.locator("#messages").innerText(),
            `a total other than ${first}`,
            (total) => total !== first,
          );
          const shown = async (id: string): Promise<string> => page.locator(`#${id}`).innerText();
          expect(await shown("state")).toBe("measuring");
          expect(await shown("load")).toStartWith("3 connections, 1 KiB messages, closed loop");
          expect(await shown("started")).toMatch(iso);
          expect(await shown("left")).toMatch(/^\d+ s$/);
          expect(await shown("rate")).toMatch(/^[\d,]+$/);
          expect(await shown("p50")).toMatch(/^[\d.]+ [µm]s$/);
          expect(await shown("p99")).toMatch(/^[\d.]+ [µm]s$/);
          expect([await shown("errors"), await shown("open"), await shown("wanted")]).toEqual(["0", "3", "3"]);
          expect(await page.evaluate(drawnCharts)).toEqual([true, true, true]);
          // The legend has the newest values while nobody points at others.
          const legend = await page.locator("#chart-latency .u-legend").innerText();
          expect(legend).toMatch(/p50\s*[\d.]+ [µm]s/);
          expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
        }
        expect(pages.flatMap(({ complaints }) => complaints)).toEqual([]);
        client.kill("SIGINT");
        expect(await client.exited()).toBe(130);
        for (const { page, requests } of pages) {
          await page.locator("#state.doubt").waitFor();
          expect(await page.locator("#state").innerText()).toBe("INTERRUPTED");
          expect(requests.every((request) => request.startsWith(url))).toBe(true);
        }
      } finally {
        await browser.close();
      }
    },
    60_000,
  );

  testWith("chromium")(
    "shows as text whatever a server may have brought about, and a stream without messages",
    async () => {
      await using server = await ServerProgram.start();
      const { client, url } = await startClientWithAdmin(server, "--mode", "stream", "--duration", "60s", "--quiet");
      await using _client = client;
      const nasty = '<img src="x" onerror="document.title=1"><script>document.title=2</script>';
      const forged: LiveMessage = {
        ...{
          version: nasty,
          target: nasty,
          load: nasty,
          startedAt: null,
          phase: "over",
          elapsedMs: 1,
          durationMs: null,
        },
        ...{ verdict: { kind: "fail", reason: nasty }, leftMs: null, share: 1, history: [] },
        connections: { wanted: 1, open: 0, established: 1 },
        ...{ messages: 0, bytesSent: 1, bytesReceived: 1, errors: 1, retransmits: 0 },
        failures: [{ timeMs: 0, connection: 0, message: nasty }],
      };
      const browser = await launchBrowser();
      try {
        const page = await (await browser.newContext()).newPage();
        const body = `data: ${JSON.stringify(forged)}\n\n`;
        await page.route("**/events", (route) => route.fulfill({ contentType: "text/event-stream", body }));
        await page.goto(url);
        await page.waitForSelector("#failures tr");
        expect(await page.locator("#failures td").last().innerText()).toBe(nasty);
        expect(await page.locator("#load").innerText()).toBe(`${nasty}; ${nasty}`);
        expect(await page.locator("#state").innerText()).toBe("FAIL");
        expect(await page.locator("img").count()).toBe(0);
        expect(await page.title()).toBe(`echobench client: 127.0.0.1:${server.port}`);
        expect(await page.locator("#p50, #chart-latency").count()).toBe(0);
      } finally {
        await browser.close();
      }
    },
  );
});
