import { expect } from "bun:test";
import { resultOf } from "../lib/result/run-result.fixture.ts";
import { launchBrowser, openPage } from "./fixtures/browser.ts";
import { runClient, ServerProgram, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

testWith("chromium")(
  "the HTML report shows its charts in a wide and a narrow window, light and dark, and figures without script",
  async () => {
    using folder = new TemporaryFolder();
    const file = folder.join("report.html");
    await using server = await ServerProgram.start();
    const load = ["--rate", "2k/s", "--conns", "5", "--size", "64-1500"];
    const times = ["--warmup", "100ms", "--duration", "600ms", "--interval", "200ms"];
    const { exitCode } = await runClient(...to(server), ...load, ...times, "--html", file);
    expect(exitCode).toBe(0);

    const browser = await launchBrowser();
    try {
      const url = `file://${file}`;
      const backgrounds = new Set<string>();
      for (const colorScheme of ["light", "dark"] as const) {
        for (const width of [1_200, 360]) {
          const { page, requests, complaints } = await openPage(browser, url, {
            colorScheme,
            viewport: { width, height: 800 },
          });
          expect(complaints).toEqual([]);
          expect(requests).toEqual([url]);
          const seen = await page.evaluate(`({
          drawn: [...document.querySelectorAll("canvas")].map((canvas) =>
            canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0)),
          overflow: document.documentElement.scrollWidth - innerWidth,
          background: getComputedStyle(document.body).backgroundColor,
        })`);
          const { drawn, overflow, background } = seen as { drawn: boolean[]; overflow: number; background: string };
          expect(drawn).toEqual([true, true, true, true]);
          expect(overflow).toBeLessThanOrEqual(0);
          backgrounds.add(background);
        }
      }
      expect(backgrounds.size).toBe(2);

      const { page } = await openPage(browser, url, { javaScriptEnabled: false });
      const text = await page.locator("body").innerText();
      expect(text).toMatch(/p99\.9\t[\d.]+ .s\t[\d.]+ .s\t[\d.]+ .s/);
      expect(text).toContain("By message size");
      expect(await page.locator(".chart:visible").count()).toBe(0);
    } finally {
      await browser.close();
    }
  },
);

testWith("chromium")(
  "the page of several results has all of them in each chart, on a screen and on paper",
  async () => {
    using folder = new TemporaryFolder();
    const [row] = resultOf().intervals;
    const short = resultOf({ startedAt: "2026-01-02T04:04:05.000Z", intervals: row ? [{ ...row, endMs: 3_000 }] : [] });
    const files = [resultOf(), short].map((result, i) => folder.write(`${i}.json`, JSON.stringify(result)));
    const file = folder.join("both.html");
    expect((await runClient("report", ...files, "--html", file)).exitCode).toBe(0);

    const browser = await launchBrowser();
    try {
      const url = `file://${file}`;
      for (const width of [1_200, 360]) {
        const { page, requests, complaints } = await openPage(browser, url, {
          colorScheme: "dark",
          viewport: { width, height: 800 },
        });
        expect(complaints).toEqual([]);
        expect(requests).toEqual([url]);
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
        const throughput = page.locator("#rate");
        expect(await throughput.locator(".u-legend").innerText()).toMatch(/1 +0\.json\s+2 +1\.json/);
        const plot = throughput.locator(".u-over");
        const { width: plotted = 0 } = (await plot.boundingBox()) ?? {};
        await plot.hover({ position: { x: plotted / 2, y: 10 } });
        expect(await throughput.locator(".u-legend").innerText()).toMatch(/0\.json\s*200,000/);
        await plot.hover({ position: { x: plotted * 0.3, y: 10 } });
        expect(await throughput.locator(".u-legend").innerText()).toMatch(/1\.json\s*333,333/);
        expect(await throughput.locator(".u-legend").innerText()).not.toContain("NaN");

        const paper = `(() => ({
        widths: [...document.querySelectorAll(".u-wrap")].map(({ clientWidth }) => clientWidth),
        scheme: getComputedStyle(document.documentElement).colorScheme,
      }))()`;
        const onScreen = await page.evaluate(paper);
        await page.evaluate("dispatchEvent(new Event('beforeprint'))");
        expect(await page.evaluate(paper)).toEqual({ widths: [650, 650, 650], scheme: "light" });
        await page.evaluate("dispatchEvent(new Event('afterprint'))");
        expect(await page.evaluate(paper)).toEqual(onScreen);
      }
    } finally {
      await browser.close();
    }
  },
);
