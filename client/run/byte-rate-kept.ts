import type { LoadPlan } from "./plan.ts";

/** Bytes on their way at the edges of the window are not counted as missing. */
const TOLERANCE = 0.03;

type Rated = Pick<LoadPlan, "mode" | "bytesPerSecond" | "shard">;

/** Bytes a second that --bitrate asks this client for, of `both` each way; undefined without. */
export const askedByteRate = ({ mode, bytesPerSecond, shard }: Rated): number | undefined =>
  bytesPerSecond === undefined
    ? undefined
    : (bytesPerSecond * shard.connections) / shard.of / (mode === "both" ? 2 : 1);

/** Whether a load has the rate that was asked for; never where none was. */
export function keepsByteRate(plan: Rated, bytesPerSecond: number): boolean {
  const asked = askedByteRate(plan);
  return asked !== undefined && bytesPerSecond >= asked * (1 - TOLERANCE);
}
