import { expect } from "bun:test";
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
