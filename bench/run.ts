import { median } from "simple-statistics";
import { messages } from "../lib/command.ts";
import type { RunResult } from "../lib/run-result.ts";
import { formatByteRate, formatCount, formatLatency, formatSize } from "../lib/units.ts";
import { measure } from "./load.ts";
import { type BenchOptions, roundsOf, timingOf } from "./options.ts";
import { choosePlacement } from "./placement.ts";
import { programCommand, startServer } from "./processes.ts";
import { describeScenario, type Scenario, selectScenarios } from "./scenarios.ts";
import { saveResult } from "./save-result.ts";
import { renderTable } from "./table.ts";

function summaryRow(scenario: Scenario, results: readonly RunResult[]): string[] {
  const of = (pick: (result: RunResult) => number): number => median(results.map(pick));
  const rates = results.map(({ throughput }) => throughput.messagesPerSecond);
  return [
    scenario.name,
    describeScenario(scenario, formatSize),
    formatCount(median(rates)),
    `${formatCount(Math.min(...rates))} to ${formatCount(Math.max(...rates))}`,
    formatByteRate(of(({ throughput }) => throughput.bytesPerSecond)),
    formatLatency(of(({ rttNs }) => rttNs.p50)),
    formatLatency(of(({ rttNs }) => rttNs.p99)),
    `${of(({ cpu }) => cpu.perMessageUs).toFixed(2)} µs`,
  ];
}

const header = ["scenario", "load", "messages/s", "range", "data", "p50", "p99", "client CPU/message"];

/** Measures server and client of this checkout against each other, round after round over all scenarios. */
export async function runBench(options: BenchOptions): Promise<string> {
  const timing = timingOf(options);
  const roundCount = roundsOf(options);
  const placement = choosePlacement();
  const results = new Map<Scenario, RunResult[]>(selectScenarios(options.only).map((scenario) => [scenario, []]));
  await using server = await startServer([
    ...placement.server,
    ...programCommand("server"),
    ...["--host", "127.0.0.1", "--port", "0", "--quiet"],
  ]);
  for (let round = 1; round <= roundCount; round++) {
    for (const [scenario, measured] of results) {
      messages.log(`round ${round} of ${roundCount}: ${scenario.name}`);
      const result = await measure(placement.load, scenario, timing, server.port);
      measured.push(result);
      if (options.out) await saveResult(options.out, `${scenario.name}-${round}.json`, JSON.stringify(result));
    }
  }
  if (options.format === "json") {
    return JSON.stringify(Object.fromEntries([...results].map(([{ name }, runs]) => [name, runs])), null, 2);
  }
  const rows = [...results].map(([scenario, runs]) => summaryRow(scenario, runs));
  const legend = `Medians of ${roundCount} interleaved rounds; ${placement.description}. Every byte was verified.`;
  return `${renderTable(header, rows)}\n\n${legend}`;
}
