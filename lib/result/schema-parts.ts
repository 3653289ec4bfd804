import { z } from "zod";
import { eachPercentile } from "../latency/percentiles.ts";

/** A whole number of 0 or more. */
export const count = z.int().min(0);
/** A number of 0 or more, with its unit in the name of the field. */
export const amount = z.number().min(0);
export const text = z.string();

/** Samples in nanoseconds, summed up; all 0 without any. */
export const latency = z.object({
  count,
  min: amount,
  mean: amount,
  stddev: amount,
  ...eachPercentile(() => amount),
  max: amount,
});

export const histogram = text.describe("HdrHistogram V2, compressed, base64");

export const clock = z
  .object({
    offsetUs: z.number().describe("that the kernel still moves the clock by; positive when it is behind"),
    errorUs: amount.describe("by which the clock may be wrong"),
    isSynchronised: z.boolean().describe("whether something keeps the clock right, such as NTP or PTP"),
  })
  .nullable()
  .default(null)
  .describe("what the kernel knew of the wall clock when the load started; null where it does not say");

/** The machine that measured. */
export const environment = z.object({
  os: text,
  kernel: text,
  arch: text,
  cpu: text,
  cores: count,
  memoryBytes: count,
  loadAverage1m: amount,
});

export const labels = z.record(text, text);

export const verdict = z.enum(["pass", "fail", "interrupted"]);
