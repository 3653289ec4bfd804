import type { ChartSpec } from "../../lib/page/chart-spec.ts";
import { type Html, html, when } from "../../lib/page/html.ts";
import { chartHolder, renderPage } from "../../lib/page/page.ts";
import { latencyAxis } from "../../lib/page/run-charts.ts";
import { figures } from "../../lib/page/table.ts";
import { formatByteRate, formatCount, formatLatency, formatTime } from "../../lib/text/format-units.ts";
import { pageVerdicts } from "../report/run-page.ts";
import { pointName } from "./answer.ts";
import { thresholdsText } from "./report.ts";
import type { SweepResult } from "./result.ts";

const axisTitles = { size: "message size", conns: "connections", buffer: "socket buffers", rate: "rate" } as const;

function chartsOf({ axis, points: all }: SweepResult): ChartSpec[] {
  // The closed loop with which a search begins has no rate.
  const points = all.filter(({ rate }) => axis !== "rate" || rate !== null);
  const x = { kind: "labels" as const, title: axisTitles[axis], values: points.map((_, i) => i) };
  const labels = points.map((point) => pointName(axis, point));
  const latencies = (["p50", "p99", "max"] as const).map((name) => ({
    label: name,
    values: points.map(({ rttNs }) => rttNs[name] || null),
  }));
  const throughput = { label: "throughput", values: points.map(({ bytesPerSecond }) => bytesPerSecond) };
  const messages = { label: "messages/s", values: points.map(({ messagesPerSecond }) => messagesPerSecond) };
  return [
    { id: "latency", style: "line", x, labels, y: latencyAxis("round trip"), series: latencies },
    {
      id: "throughput",
      style: "bars",
      x,
      labels,
      y: { kind: "byteRate", title: "echoed bytes/s", isLogarithmic: false },
      series: [throughput],
    },
    {
      id: "messages",
      style: "bars",
      x,
      labels,
      y: { kind: "count", title: "messages/s", isLogarithmic: false },
      series: [messages],
    },
  ];
}

function pointsTable({ axis, points }: SweepResult): Html {
  const rows = points.map((point) => [
    pointName(axis, point),
    formatCount(point.messagesPerSecond),
    formatByteRate(point.bytesPerSecond),
    ...[point.rttNs.p50, point.rttNs.p99, point.rttNs.p99_9, point.rttNs.max].map(formatLatency),
    ...(axis === "rate" ? [thresholdsText(point)] : []),
  ]);
  const titles = [
    axisTitles[axis],
    "messages/s",
    "throughput",
    "p50",
    "p99",
    "p99.9",
    "max",
    ...(axis === "rate" ? ["thresholds"] : []),
  ];
  return figures(titles, rows);
}

/** The result as an HTML page in one file. */
export function renderSweepPage(result: SweepResult): string {
  const { axis, target, answer, advice, verdict, startedAt, tool } = result;
  const name = axisTitles[axis];
  const title = `echobench, ${target}, by ${name}`;
  return renderPage({
    title,
    charts: chartsOf(result),
    data: result,
    body: html`<header>
        <h1><span class="verdict ${pageVerdicts[verdict].style}">${pageVerdicts[verdict].text}</span> ${title}</h1>
        <p>${answer}</p>
        ${when(
          advice.length > 0,
          () =>
            html`<ul>
              ${advice.map((line) => html`<li>${line}</li>`)}
            </ul>`,
        )}
        <p class="faint">${formatTime(startedAt)}, echobench ${tool.version}</p>
      </header>
      ${chartHolder("latency", `Round trip by ${name}`)} ${chartHolder("throughput", `Throughput by ${name}`)}
      ${chartHolder("messages", `Messages a second by ${name}`)}
      <h2>Figures</h2>
      ${pointsTable(result)}`,
  });
}
