import { expect, test } from "bun:test";
import { Recorder } from "../measure/recorder.ts";
import { openThreadCounters } from "../measure/thread-counters.ts";
import { createArrivals } from "./arrivals.ts";
import { Budget } from "./budget.ts";
import { trafficMaker } from "./traffic-maker.ts";

const MS = 1e6;

/** One connection of an open loop: a message each millisecond, one in flight. */
function schedule(loop: { standstillNs: number }) {
  const budget = new Budget(
    { messages: undefined, bytes: undefined },
    () => 10,
    () => {},
  );
  const counters = openThreadCounters();
  const edges = { opened: () => budget.arm(0, 0), closed: () => {} };
  const recorder = new Recorder(counters, edges, { sizeClasses: [], countsConnectsInWindow: false });
  recorder.plan(0, Number.POSITIVE_INFINITY);
  recorder.reach(0);
  const plan = { messagesPerSecond: 1_000, connections: 1, slots: 1, shard: { index: 0, of: 1 }, numberOf: () => 0 };
  const arrivals = createArrivals({ kind: "constant", seed: 1, ...plan });
  arrivals.begin(0);
  const mode = { mode: "echo", bytesPerSecond: undefined, pipeline: 1, slots: 1 } as const;
  const traffic = trafficMaker(mode, { budget, recorder, arrivals, loop })(0);
  const send = (nowNs: number): void => {
    traffic.commit(nowNs, 0);
    traffic.offered(nowNs, 0);
  };
  return { traffic, counters, send };
}

test.each([
  ["went on", 0, 9, 0],
  ["stood still for 6 ms", 6, 3, 6],
  ["stood still for longer than the message was due", 9.5, 0, 9],
])(
  "a message that waited for the window while the thread %s: what the client caused is send lag",
  (_what, standstillMs, waitMs, lagMs) => {
    const loop = { standstillNs: 0 };
    const { traffic, counters, send } = schedule(loop);
    send(0);
    // The second message is due after 1 ms, and the echo of the first is seen after 10.
    loop.standstillNs = standstillMs * MS;
    traffic.returned(10, 10 * MS);
    send(10 * MS);
    loop.standstillNs = 0;
    traffic.returned(20, 11 * MS);
    expect([counters.windowWait.range.max, counters.sendLag.range.max]).toEqual([waitMs * MS, lagMs * MS]);
  },
);
