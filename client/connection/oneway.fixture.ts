import { generatePayload } from "../../lib/payload/generated-payload.ts";
import { PayloadTable } from "../../lib/payload/payload-table.ts";
import { Recorder } from "../measure/recorder.ts";
import { openThreadCounters } from "../measure/thread-counters.ts";
import { Budget } from "../traffic/budget.ts";
import { OneWayTraffic } from "../traffic/oneway-traffic.ts";
import type { OneWayContext } from "./connection-context.ts";
import type { LoadConnection } from "./load-connection.ts";

/**
 * What connections of one way share: a payload, a clock that stands still, and bytes without a limit.
 * @param later gets what waits for its turn
 */
export function oneWayContext(later: Array<() => void> = []) {
  const table = new PayloadTable(generatePayload("random", 7));
  const budget = new Budget(
    { messages: undefined, bytes: undefined },
    () => 65_536,
    () => {},
  );
  const recorder = new Recorder(
    openThreadCounters(),
    { opened: () => {}, closed: () => {} },
    { sizeClasses: [], countsConnectsInWindow: false },
  );
  const owner = { onConnectEnded: () => {}, onFailed: () => {}, onComplete: () => {}, onClosed: () => {} };
  const context: OneWayContext<LoadConnection> = {
    ...{ table, echo: table, verify: true, isDistinct: true, opensWithData: false, recorder, owner, pacer: undefined },
    starts: { next: () => 0, othersThan: () => "none" },
    createTraffic: () => {
      throw new Error("it has no messages");
    },
    nowNs: () => 0,
    loop: {},
    payload: { payload: "random", seed: 7 },
    createOneWayTraffic: () => new OneWayTraffic(budget),
    bytesPerSecond: undefined,
    after: (_ms, action) => void later.push(action),
    onSender: () => {},
  };
  return { context, budget };
}

/** A socket that takes everything. */
export const takingChannel = {
  ...{ fd: undefined, shutdown() {}, pause() {}, resume() {}, close() {}, abort() {} },
  write: (_bytes: Uint8Array, _offset: number, length: number): number => length,
};
