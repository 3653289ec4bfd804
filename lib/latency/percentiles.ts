/** The percentiles of every summary, in ascending order: the field that holds one, and how people write it. */
export const percentiles = [
  { field: "p50", percent: 50, label: "p50" },
  { field: "p75", percent: 75, label: "p75" },
  { field: "p90", percent: 90, label: "p90" },
  { field: "p95", percent: 95, label: "p95" },
  { field: "p99", percent: 99, label: "p99" },
  { field: "p99_9", percent: 99.9, label: "p99.9" },
  { field: "p99_99", percent: 99.99, label: "p99.99" },
] as const;

/** The field of a percentile in a summary. */
export type PercentileField = (typeof percentiles)[number]["field"];

/** An object with a value for every percentile, in their order. */
export const eachPercentile = <T>(valueOf: (percent: number, index: number) => T): Record<PercentileField, T> =>
  // The table has every field, once.
  Object.fromEntries(percentiles.map(({ field, percent }, i) => [field, valueOf(percent, i)])) as Record<
    PercentileField,
    T
  >;

/** The rows of a table of latencies, in their order. */
export const latencyRows = [{ field: "min", label: "min" }, ...percentiles, { field: "max", label: "max" }] as const;

/** The columns where there is room for three: in a time series, and for each message size. */
export const briefFields = ["p50", "p99", "max"] as const;
