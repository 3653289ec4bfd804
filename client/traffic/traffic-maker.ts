import type { Arrivals } from "./arrivals.ts";
import type { Budget } from "./budget.ts";
import { MessageRing } from "./message-ring.ts";
import { MessageTraffic } from "./message-traffic.ts";
import type { Recorder } from "../measure/recorder.ts";
import { StreamTraffic } from "./stream-traffic.ts";
import { ByteRate } from "../../lib/payload/byte-rate.ts";
import type { LoadMode } from "../../lib/result/load-modes.ts";
import type { Standstill } from "../../lib/loop/standstill.ts";
import type { Traffic } from "./traffic.ts";

/** What the traffic of all connections of a thread shares. */
export interface SharedTraffic {
  readonly budget: Budget;
  readonly recorder: Recorder;
  /** the schedule of an open loop */
  readonly arrivals: Arrivals | undefined;
  readonly loop: Standstill;
}

/** What the traffic of connections depends on. */
interface TrafficPlan {
  readonly mode: LoadMode;
  readonly pipeline: number;
  readonly slots: number;
  /** of one connection of a stream; undefined for as many as go */
  readonly bytesPerSecond: number | undefined;
}

/** @returns makes the traffic of a new connection in a slot */
export function trafficMaker(
  { mode, pipeline, slots, bytesPerSecond }: TrafficPlan,
  shared: SharedTraffic,
): (slot: number) => Traffic {
  if (mode === "stream") {
    return () =>
      new StreamTraffic(shared.budget, bytesPerSecond === undefined ? undefined : new ByteRate(bytesPerSecond));
  }
  const rings = MessageRing.cells(slots, pipeline);
  const quota = mode === "churn" ? 1 : Number.POSITIVE_INFINITY;
  return (slot) => {
    const messages = new MessageRing(rings, slot, pipeline);
    return new MessageTraffic({ ...shared, messages, pipeline, quota, slot });
  };
}
