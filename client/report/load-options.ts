import { loadModes } from "../../lib/result/load-modes.ts";
import { z } from "zod";
import { engineText } from "../../lib/loop/engine.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { formatBitRate, formatCount, formatDuration, formatRate, plural } from "../../lib/text/format-units.ts";
import { describeMessageSize, parseMessageSize } from "../payload/message-size.ts";

/** An option that a result of another version may not have. */
const optional = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const count = optional(z.number());

const loadOptions = z.object({
  mode: optional(z.enum(loadModes)),
  conns: count,
  size: optional(z.union([z.number(), z.string()]).transform((size) => parseMessageSize(String(size)))),
  pipeline: count,
  rate: count,
  bitrate: count,
  stages: optional(z.string()),
  arrival: optional(z.enum(["constant", "poisson"])),
  ramp: count,
  threads: count,
  engine: optional(z.enum(["bun", "epoll"])),
  cpu: optional(z.string()),
});

/** The options of a result that its report needs; times in ms, sizes in bytes. */
export type LoadOptions = z.output<typeof loadOptions>;

/** Reads the options of a result. */
export const loadOptionsOf = ({ options }: Pick<DecodedResult, "options">): LoadOptions => loadOptions.parse(options);

function describeTraffic({ mode, size, pipeline, rate, stages, arrival, bitrate }: LoadOptions): string[] {
  const pace = bitrate === undefined ? [] : [formatBitRate(bitrate)];
  if (mode === "stream") return bitrate === undefined ? ["sockets kept full"] : pace;
  if (mode === "upload" || mode === "download") return [`${mode} only`, ...pace];
  if (mode === "both") return pace.map((text) => `${text} each way`);
  const messages = size ? [describeMessageSize(size)] : [];
  if (mode === "churn") return ["closed after one message each", ...messages];
  const inFlight = `${formatCount(pipeline ?? 1)} in flight each`;
  const load = stages === undefined ? rate && formatRate(rate) : `${stages.replaceAll(",", ", ")}`;
  if (load === undefined) return [...messages, `closed loop with ${inFlight}`];
  const arrivals = arrival === "poisson" ? " at random (Poisson)" : "";
  return [...messages, `open loop of ${load}${arrivals} with at most ${inFlight}`];
}

function describeThreads({ threads, engine, cpu }: LoadOptions): string[] {
  if (threads === undefined || !engine) return [];
  return [`${plural(threads, "thread")} on ${engineText[engine]}${cpu === undefined ? "" : ` and processors ${cpu}`}`];
}

/** The load in a sentence. */
export function describeLoad(load: LoadOptions): string {
  const { conns } = load;
  const parts = [
    ...(conns === undefined ? [] : [`${plural(conns, "connection")}${load.mode === "both" ? " each way" : ""}`]),
    ...describeTraffic(load),
    ...describeThreads(load),
  ];
  return parts.join(", ");
}

/** Where the load went: `localhost port 7878 (127.0.0.1)`, or the path of a Unix socket. */
export function describeTarget({ target }: Pick<DecodedResult, "target">): string {
  const { family, host, port, address } = target;
  if (family === "unix") return address;
  return `${host} port ${port}${address === host ? "" : ` (${address})`}`;
}

/** What was measured, and what preceded it: `measured 10s after 1s of warm-up`. */
export function describeWindow({ window }: Pick<DecodedResult, "window">, { ramp }: LoadOptions): string {
  const before = ramp ? `a ramp of ${formatDuration(ramp)} and ` : "";
  return `measured ${formatDuration(window.durationMs)} after ${before}${formatDuration(window.warmupMs)} of warm-up`;
}
