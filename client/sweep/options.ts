import { z } from "zod";
import { UsageError } from "../../lib/errors.ts";
import { type Threshold, parseThreshold } from "../../lib/result/thresholds.ts";
import {
  choice,
  configFile,
  duration,
  flag,
  integer,
  list,
  outputFile,
  repeatable,
  writtenFile,
} from "../../lib/cli/option-kinds.ts";
import { parseSizeBytes } from "../../lib/text/parse-units.ts";
import { checkAfter, checkFamilies, checkThresholds } from "../options/option-checks.ts";
import { tcpTarget } from "../options/target-options.ts";
import { tlsShape } from "../options/tls-options.ts";

const GIBIBYTE = 2 ** 30;
const MAX_CONNS = 100_000;

function parseSize(sizeText: string): number | undefined {
  const bytes = parseSizeBytes(sizeText);
  return bytes !== undefined && bytes >= 1 && bytes <= GIBIBYTE ? bytes : undefined;
}

function parseConns(connsText: string): number | undefined {
  const conns = /^\d+$/.test(connsText) ? Number(connsText) : 0;
  return conns >= 1 && conns <= MAX_CONNS ? conns : undefined;
}

const sizes = "sizes from 1 to 1 GiB such as 64, 4k or 1MB";

const varying = {
  sizes: list("SIZE", sizes, parseSize).prefault([]).describe("message sizes (default: 64,512,4k,16k,64k)"),
  conns: list("N", `whole numbers from 1 to ${MAX_CONNS}`, parseConns)
    .prefault([])
    .describe("connections (default: 1); one of the three lists may have several values"),
  buffers: list("SIZE", sizes, parseSize)
    .prefault([])
    .describe("kernel send and receive buffers (default: the kernel's autotuning)"),
  findRate: repeatable<Threshold>("THRESHOLD", "a threshold such as p99<2ms or service-p99.9<5ms", parseThreshold)
    .prefault([])
    .describe("find the highest rate of an open loop that meets this threshold, such as p99<2ms; may be repeated"),
};

const measuring = {
  duration: duration(100).prefault("2s").describe("how long each point is measured"),
  warmup: duration(0).prefault("500ms").describe("load before each point, which is not measured"),
  pipeline: integer("N", 1, 65_536)
    .optional()
    .describe("messages in flight on a connection (default: 1; at a rate of --find-rate as for client --rate)"),
  threads: integer("N", 1, 256).prefault(1).describe("threads that generate the load"),
  engine: choice(["auto", "epoll", "bun"]).prefault("auto").describe("what moves the bytes, as for client"),
  timeout: duration(1).prefault("5s").describe("how long one echo may take"),
  connectTimeout: duration(1).prefault("5s").describe("how long one connect may take"),
};

const output = {
  html: writtenFile().optional().describe("write charts as a page for the browser to FILE"),
  json: outputFile()
    .optional()
    .describe("write the result as JSON to FILE, or to standard output instead of the report"),
  quiet: flag().prefault(false).describe("no row for each point as it is measured"),
  config: configFile(),
};

/** The options of `client sweep` under the headings of their help. */
export const sweepSections = { Target: tcpTarget, Sweep: varying, Measuring: measuring, TLS: tlsShape, Output: output };

/** Parses the options. */
export const sweepOptions = z.object({ ...tcpTarget, ...varying, ...measuring, ...tlsShape, ...output });

/** The options of `client sweep`: times in milliseconds, sizes in bytes. */
export type SweepOptions = z.output<typeof sweepOptions>;

const STANDARD_SIZES = [64, 512, 4_096, 16_384, 65_536] as const;
const STANDARD_SIZE = 1_024;

/** What varies from point to point. */
export type Axis = "size" | "conns" | "buffer" | "rate";

/** The settings of one point. The rate is that of an open loop, messages a second. */
export interface PointSetting {
  readonly size: number;
  readonly conns: number;
  readonly buffer: number | undefined;
  readonly rate: number | undefined;
}

/** The points to measure, in this order. A search for a rate has only one setting, with which it begins. */
export interface SweepPlan {
  readonly axis: Axis;
  readonly settings: readonly PointSetting[];
}

/** @throws UsageError when more than one setting varies, or one besides the rate of --find-rate */
export function planSweep(options: SweepOptions): SweepPlan {
  const { sizes: sizeList, conns, buffers, findRate, threads } = options;
  checkFamilies(options);
  checkThresholds("--find-rate", findRate, { mode: "echo", isOpenLoop: true, hasTcp: true });
  checkAfter("--find-rate", findRate, options.duration);
  const lists = { size: sizeList, conns, buffer: buffers } as const;
  const names = { size: "--sizes", conns: "--conns", buffer: "--buffers" } as const;
  const varied = (["size", "conns", "buffer"] as const).filter((axis) => lists[axis].length > 1);
  const [first, second] = varied;
  if (first && second) throw new UsageError(`${names[second]}: expected one value, since ${names[first]} has several`);
  if (first && findRate.length > 0) {
    throw new UsageError(`${names[first]}: expected one value, since --find-rate varies the rate`);
  }
  const axis = findRate.length > 0 ? "rate" : (first ?? "size");
  const isPlain = axis === "size" && sizeList.length === 0;
  const one = { size: sizeList[0] ?? STANDARD_SIZE, conns: conns[0] ?? 1, buffer: buffers[0], rate: undefined };
  const values = axis === "rate" ? [] : isPlain ? STANDARD_SIZES : lists[axis];
  const settings = axis === "rate" ? [one] : values.map((value) => ({ ...one, [axis]: value }));
  const fewest = Math.min(...settings.map((setting) => setting.conns));
  if (threads > fewest) throw new UsageError(`--threads "${threads}": expected no more than --conns (${fewest})`);
  return { axis, settings };
}
