import { expect, test } from "bun:test";
import type { ChartSpec } from "./chart-spec.ts";
import { html } from "./html.ts";
import { renderPage } from "./page.ts";

test("the data of charts cannot end the element around it", () => {
  const nasty = "</script><script>alert(1)</script>";
  const chart: ChartSpec = {
    id: "a",
    style: "line",
    x: { kind: "seconds", title: nasty, values: [1] },
    y: { kind: "count", title: nasty, isLogarithmic: false },
    series: [{ label: nasty, values: [1] }],
  };
  const page = renderPage({ title: nasty, body: html`<p>${nasty}</p>`, charts: [chart] });
  expect(page.includes(nasty)).toBe(false);
  const [, data = ""] = /<script type="application\/json" id="charts">([\s\S]*?)<\/script>/.exec(page) ?? [];
  expect(JSON.parse(data)).toEqual([chart]);
});
