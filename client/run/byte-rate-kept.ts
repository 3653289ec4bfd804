import type { Way } from "../../lib/result/load-modes.ts";
import type { LoadPlan } from "./plan.ts";

/** A rate is kept that lacks no more than this part of it. */
const TOLERANCE = 0.03;

/** Bytes on their way at the edges of the window are not missing: a server confirms what came every 50 ms. */
const EDGES_MS = 100;

/** What the kernel's pacing counts besides the bytes: headers of small segments. */
const HEADERS = 0.1;

type Rated = Pick<LoadPlan, "mode" | "bytesPerSecond" | "shard">;

/** What was reached. */
interface Reached {
  readonly bytesPerSecond: number;
  readonly windowMs: number;
}

/** Bytes a second that --bitrate asks this client for, of `both` each way; undefined without. */
export const askedByteRate = ({ mode, bytesPerSecond, shard }: Rated): number | undefined =>
  bytesPerSecond === undefined
    ? undefined
    : (bytesPerSecond * shard.connections) / shard.of / (mode === "both" ? 2 : 1);

/** Whether a load has the rate that was asked for; never where none was. */
export function keepsByteRate(plan: Rated, { bytesPerSecond, windowMs }: Reached): boolean {
  const asked = askedByteRate(plan);
  const missing = TOLERANCE + EDGES_MS / Math.max(EDGES_MS, windowMs);
  return asked !== undefined && bytesPerSecond >= asked * (1 - missing);
}

/** Whether the sending end goes no faster because it was told so: by --bitrate, or here by --pacing-rate. */
export function limitsItself(
  plan: Rated & Pick<LoadPlan, "connections" | "sockets">,
  way: Way,
  reached: Reached,
): boolean {
  const { mode, connections, sockets } = plan;
  const pacing = sockets.options?.pacingBytesPerSecond;
  if (pacing === undefined || way === "download") return keepsByteRate(plan, reached);
  const paced = (pacing * connections) / (mode === "both" ? 2 : 1);
  return keepsByteRate(plan, reached) || reached.bytesPerSecond >= paced * (1 - HEADERS);
}
