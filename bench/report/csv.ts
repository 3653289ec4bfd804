import { metrics } from "../compare/metrics.ts";
import type { Suite } from "../suite/suite.ts";

/** RFC 4180: what holds a comma, a quote or a line break stands in quotes. */
const cell = (value: string | number): string =>
  /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);

/** One line a value: scenario, load, variant, round, metric, unit, value. */
export function toCsv(suite: Suite): string {
  const rows = suite.scenarios.flatMap(({ name, load, measurements }) =>
    measurements.flatMap((measurement) =>
      metrics.flatMap((metric) => {
        const value = metric.read(measurement);
        const { variant, round } = measurement;
        return value === undefined ? [] : [[name, load, variant, round, metric.name, metric.unit, value]];
      }),
    ),
  );
  const header = ["scenario", "load", "variant", "round", "metric", "unit", "value"];
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
