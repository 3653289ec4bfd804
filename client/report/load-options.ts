import { z } from "zod";
import { engineText } from "../../lib/loop/engine.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { formatCount, plural } from "../../lib/text/format-units.ts";
import { describeMessageSize, parseMessageSize } from "../payload/message-size.ts";

/** An option that a result of another version may not have. */
const optional = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const count = optional(z.number());

const loadOptions = z.object({
  mode: optional(z.enum(["echo", "stream", "churn"])),
  conns: count,
  size: optional(z.union([z.number(), z.string()]).transform((size) => parseMessageSize(String(size)))),
  pipeline: count,
  rate: count,
  arrival: optional(z.enum(["constant", "poisson"])),
  ramp: count,
  threads: count,
  engine: optional(z.enum(["bun", "epoll"])),
});

/** The options of a result that its report needs; times in ms, sizes in bytes. */
export type LoadOptions = z.output<typeof loadOptions>;

/** Reads the options of a result. */
export const loadOptionsOf = ({ options }: Pick<DecodedResult, "options">): LoadOptions => loadOptions.parse(options);

function describeTraffic({ mode, size, pipeline, rate, arrival }: LoadOptions): string[] {
  if (mode === "stream") return ["sockets kept full"];
  const messages = size ? [describeMessageSize(size)] : [];
  if (mode === "churn") return ["closed after one message each", ...messages];
  const inFlight = `${formatCount(pipeline ?? 1)} in flight each`;
  if (rate === undefined) return [...messages, `closed loop with ${inFlight}`];
  const arrivals = arrival === "poisson" ? " at random (Poisson)" : "";
  return [...messages, `open loop of ${formatCount(rate)}/s${arrivals} with at most ${inFlight}`];
}

/** The load in a sentence. */
export function describeLoad(load: LoadOptions): string {
  const { conns, threads, engine } = load;
  const parts = [
    ...(conns === undefined ? [] : [plural(conns, "connection")]),
    ...describeTraffic(load),
    ...(threads === undefined || !engine ? [] : [`${plural(threads, "thread")} on ${engineText[engine]}`]),
  ];
  return parts.join(", ");
}
