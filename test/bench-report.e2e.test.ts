import { expect } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareVariants } from "../bench/compare/comparison.ts";
import { renderReport } from "../bench/report/formats.ts";
import { around, suiteOf } from "../bench/suite/suite.fixture.ts";
import { launchBrowser, openPage } from "./fixtures/browser.ts";
import { runTool } from "./fixtures/program.ts";
import { testWith } from "./fixtures/tools.ts";

const suite = suiteOf({ base: around(100_000), head: around(80_000) });
const comparison = compareVariants(suite, 0.05);

testWith("chromium")("the page of a comparison in a browser, wide and narrow, with and without script", async () => {
  const folder = mkdtempSync(join(tmpdir(), "echobench-page-"));
  const file = join(folder, "report.html");
  writeFileSync(file, renderReport({ suite, comparison }, "html"));
  const browser = await launchBrowser();
  try {
    const url = `file://${file}`;
    for (const width of [1_200, 360]) {
      const { page, requests, complaints } = await openPage(browser, url, { viewport: { width, height: 800 } });
      expect(complaints).toEqual([]);
      expect(requests).toEqual([url]);
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      expect(await page.locator("canvas").count()).toBe(1);
      expect(await page.locator("svg.ratio:visible").count()).toBe(comparison.rows.length);
    }
    const { page } = await openPage(browser, url, { javaScriptEnabled: false });
    const text = await page.locator("body").innerText();
    expect(text).toMatch(/messages\/s\t[\d,]+\t[\d,]+\t−20\.0 %\t.*\tslower/);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
});

testWith("xmllint")("the JUnit XML is well-formed", async () => {
  const xml = renderReport({ suite: { ...suite, missing: ["<&\"'>: ]]>"] }, comparison }, "junit");
  expect(await runTool(["xmllint", "--noout", "-"], xml)).toMatchObject({ exitCode: 0, stderr: "" });
});
