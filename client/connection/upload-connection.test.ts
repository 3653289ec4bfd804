import { expect, test } from "bun:test";
import type { Channel } from "../../lib/loop/channel.ts";
import { generatePayload } from "../../lib/payload/generated-payload.ts";
import { PayloadTable } from "../../lib/payload/payload-table.ts";
import { Recorder } from "../measure/recorder.ts";
import { openThreadCounters } from "../measure/thread-counters.ts";
import { Budget } from "../traffic/budget.ts";
import { OneWayTraffic } from "../traffic/oneway-traffic.ts";
import type { OneWayContext } from "./connection-context.ts";
import type { LoadConnection } from "./load-connection.ts";
import { UploadConnection } from "./upload-connection.ts";

/** A connection to a socket that takes everything. @returns what it wrote so far, and what it does when others had their turn */
function uploadTo(channel: Pick<Channel, "write">) {
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
  const later: Array<() => void> = [];
  const owner = { onConnectEnded: () => {}, onFailed: () => {}, onComplete: () => {}, onClosed: () => {} };
  const context: OneWayContext<LoadConnection> = {
    ...{ table, echo: table, verify: true, isDistinct: true, opensWithData: false, recorder, owner, pacer: undefined },
    starts: { next: () => 0, othersThan: () => "none" },
    createTraffic: () => {
      throw new Error("it has no messages");
    },
    nowNs: () => 0,
    payload: { payload: "random", seed: 7 },
    createOneWayTraffic: () => new OneWayTraffic(budget),
    bytesPerSecond: undefined,
    after: (_ms, action) => void later.push(action),
    onSender: () => {},
  };
  const connection = new UploadConnection(context, 0, 0);
  const rest = { fd: undefined, shutdown() {}, pause() {}, resume() {}, close() {}, abort() {} };
  connection.opened({ ...rest, ...channel });
  return { connection, later };
}

test("an upload leaves a turn to others after each piece that its socket took", () => {
  const written: number[] = [];
  const write = (_bytes: Uint8Array, _offset: number, length: number): number => {
    written.push(length);
    return length;
  };
  const { connection, later } = uploadTo({ write });
  connection.start();
  // The request, and the first piece of the payload.
  expect([written.length, later.length]).toEqual([2, 1]);
  connection.drained();
  expect([written.length, later.length]).toEqual([3, 1]);
  later.shift()?.();
  expect([written.length, later.length]).toEqual([4, 1]);
  expect(Math.max(...written)).toBeLessThanOrEqual(2 ** 20 + 2 ** 16);
});
