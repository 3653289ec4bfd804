import { PayloadTable } from "../../lib/payload/payload-table.ts";
import type { ConnectionOwner, OneWayContext } from "../connection/connection-context.ts";
import type { LoadConnection } from "../connection/load-connection.ts";
import type { Arrivals } from "../traffic/arrivals.ts";
import { OneWayTraffic } from "../traffic/oneway-traffic.ts";
import { Pacer } from "../traffic/pacer.ts";
import { trafficMaker } from "../traffic/traffic-maker.ts";
import type { WayBudgets } from "../traffic/way-budgets.ts";
import type { LoopClock } from "../transport/loop-clock.ts";
import type { Measurement } from "./measurement.ts";
import type { ThreadPlan } from "./protocol.ts";
import { Starts } from "./starts.ts";
import { wayOf } from "./way.ts";

/** What the connections of a thread share with the rest of its load. */
interface SharedLoad {
  readonly measurement: Measurement;
  readonly budgets: WayBudgets;
  /** the schedule of an open loop */
  readonly arrivals: Arrivals | undefined;
  readonly loop: LoopClock;
  readonly nowNs: () => number;
  readonly owner: ConnectionOwner<LoadConnection>;
  /** Lets the connection of a slot go on with what is due. */
  readonly wake: (slot: number, nowNs: number) => void;
}

/** What all connections of a thread share. */
export function createContext(
  plan: ThreadPlan,
  { measurement, budgets, arrivals, loop, nowNs, owner, wake }: SharedLoad,
): OneWayContext<LoadConnection> {
  const { recorder } = measurement;
  const keepsSchedule = arrivals !== undefined || plan.bytesPerSecond !== undefined;
  const table = new PayloadTable(plan.payload);
  return {
    ...{ table, echo: new PayloadTable(plan.echo), starts: new Starts(plan, table), recorder, nowNs, loop, owner },
    verify: plan.verify,
    isDistinct: plan.isDistinct,
    opensWithData: plan.sockets.options?.fastOpen === true,
    pacer: keepsSchedule ? new Pacer(plan.slots, wake, loop) : undefined,
    createTraffic: trafficMaker(plan, { budget: budgets.of(wayOf(plan, 0)), recorder, arrivals, loop }),
    createOneWayTraffic: (way) => new OneWayTraffic(budgets.of(way)),
    payload: plan.generated ?? { payload: "random", seed: plan.seed },
    bytesPerSecond: plan.bytesPerSecond,
    after: (delayMs, action) => void loop.after(delayMs, action),
    onSender: (way, sender) => measurement.onSender(way, sender),
  };
}
