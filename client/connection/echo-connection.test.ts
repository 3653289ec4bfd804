import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Budget } from "../traffic/budget.ts";
import type { Channel } from "../../lib/loop/channel.ts";
import type { ConnectionContext, ConnectionOwner } from "./connection-context.ts";
import type { LoadConnection } from "./load-connection.ts";
import { EchoConnection } from "./echo-connection.ts";
import type { Failure } from "../failure/failure.ts";
import { createPayload } from "../payload/payload.ts";
import { PayloadTable } from "../../lib/payload/payload-table.ts";
import { Recorder } from "../measure/recorder.ts";
import { counterIndex, openThreadCounters } from "../measure/thread-counters.ts";
import { trafficMaker } from "../traffic/traffic-maker.ts";

const table = new PayloadTable(createPayload({ kind: "random" }, 1));

/** A connection whose channel and clock a test controls. */
class Bench implements Channel, ConnectionOwner<LoadConnection> {
  readonly fd = undefined;
  readonly counters = openThreadCounters();
  readonly failures: Failure[] = [];
  readonly connection: EchoConnection;
  /** what the socket took and the peer has not yet answered */
  wire = Buffer.alloc(0);
  room = Number.POSITIVE_INFINITY;
  nowNs = 0;
  isComplete = false;
  isAborted = false;
  isShutdown = false;

  constructor(options: { messages?: number; messageBytes?: number; pipeline?: number; verify?: boolean } = {}) {
    const { messages, messageBytes = 100, pipeline = 1, verify = true } = options;
    const limits = { messages, bytes: undefined };
    const budget = new Budget(
      limits,
      () => messageBytes,
      () => {},
    );
    const edges = { opened: () => budget.arm(0, 0), closed: () => budget.close() };
    const recorder = new Recorder(this.counters, edges, { sizeClasses: [], countsConnectsInWindow: false });
    recorder.plan(0, Number.POSITIVE_INFINITY);
    recorder.reach(0);
    const context: ConnectionContext<LoadConnection> = {
      ...{
        table,
        echo: table,
        starts: { next: () => 0, othersThan: () => "none" },
        verify,
        isDistinct: true,
        opensWithData: false,
        recorder,
        owner: this,
        pacer: undefined,
      },
      createTraffic: trafficMaker(
        { mode: "echo", bytesPerSecond: undefined, pipeline, slots: 1 },
        { budget, recorder, arrivals: undefined, loop: {} },
      ),
      nowNs: () => this.nowNs,
      loop: {},
    };
    this.connection = new EchoConnection(context, 0, 0);
  }

  begin(): this {
    this.connection.opened(this);
    this.connection.start();
    return this;
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    const accepted = Math.min(length, this.room);
    this.room -= accepted;
    this.wire = Buffer.concat([this.wire, bytes.subarray(offset, offset + accepted)]);
    if (accepted > 0) this.connection.sent(accepted);
    return accepted;
  }
  shutdown = (): void => void (this.isShutdown = true);
  pause = (): void => {};
  resume = (): void => {};
  close = (): void => {};
  abort = (): void => void (this.isAborted = true);
  onConnectEnded = (): void => {};
  onFailed = (_connection: unknown, failure: Failure): void => void this.failures.push(failure);
  onComplete = (): void => void (this.isComplete = true);
  onClosed = (): void => {};

  /** The peer echoes the next bytes. */
  echo(length: number): void {
    const chunk = this.wire.subarray(0, length);
    this.wire = this.wire.subarray(length);
    this.connection.received(chunk, 0, chunk.length);
  }

  get messages(): number {
    return this.counters.values[counterIndex.messages] ?? 0;
  }
}

describe("EchoConnection", () => {
  test("times a message from its offer until its last byte is back", () => {
    const bench = new Bench({ messages: 1 });
    bench.nowNs = 1_000;
    bench.begin();
    bench.nowNs = 5_000;
    bench.echo(60);
    expect(bench.messages).toBe(0);
    bench.nowNs = 9_000;
    bench.echo(40);
    expect(bench.messages).toBe(1);
    expect(bench.counters.rtt.range).toEqual({ min: 8_000, max: 8_000 });
    expect(bench.isComplete).toBe(true);
  });

  test("keeps as many messages in flight as the pipeline has room for, in one write", () => {
    const bench = new Bench({ pipeline: 4 }).begin();
    expect(bench.wire).toHaveLength(400);
    bench.echo(250);
    expect(bench.wire).toHaveLength(350);
    expect(bench.connection.messagesInFlight).toBe(4);
    expect(bench.connection.bytesInFlight).toBe(350);
  });

  test("the clock of a message that the blocked socket has not been offered has not started", () => {
    const bench = new Bench({ pipeline: 2, messages: 3 });
    bench.room = 150;
    bench.begin();
    bench.nowNs = 1_000;
    bench.echo(100);
    bench.nowNs = 5_000;
    bench.room = Number.POSITIVE_INFINITY;
    bench.connection.drained();
    bench.nowNs = 7_000;
    bench.echo(200);
    expect(bench.messages).toBe(3);
    expect(bench.counters.rtt.range).toEqual({ min: 1_000, max: 7_000 });
  });

  test("for any way of taking and echoing bytes, all messages come back once and are right", () => {
    const moves = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 300 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        moves,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 150 }),
        (all, pipeline, messageBytes) => {
          const bench = new Bench({ messages: 20, messageBytes, pipeline });
          bench.room = 10;
          bench.begin();
          for (const [room, length] of all) {
            bench.room = room;
            bench.connection.drained();
            if (bench.wire.length > 0) bench.echo(length);
          }
          bench.room = Number.POSITIVE_INFINITY;
          bench.connection.drained();
          while (bench.wire.length > 0) bench.echo(64);
          expect(bench.failures).toEqual([]);
          expect(bench.messages).toBe(20);
          expect(bench.counters.values[counterIndex.bytesReceived]).toBe(20 * messageBytes);
          expect(bench.isComplete).toBe(true);
        },
      ),
    );
  });

  test("any one changed bit is found, at its place", () => {
    fc.assert(
      fc.property(fc.nat({ max: 399 }), fc.nat({ max: 7 }), fc.integer({ min: 1, max: 400 }), (at, bit, chunk) => {
        const bench = new Bench({ pipeline: 4, messages: 4 }).begin();
        bench.wire[at] = (bench.wire[at] ?? 0) ^ (1 << bit);
        while (bench.wire.length > 0) bench.echo(chunk);
        expect(bench.failures).toHaveLength(1);
        expect(bench.failures[0]).toMatchObject({ kind: "mismatch", offset: at, connection: 0 });
        expect(bench.isAborted).toBe(true);
      }),
    );
  });

  test("more than was sent is a surplus, even when nothing is compared", () => {
    const bench = new Bench({ messages: 1, verify: false }).begin();
    bench.wire = Buffer.concat([bench.wire, Buffer.from("extra")]);
    bench.echo(105);
    expect(bench.failures[0]).toMatchObject({
      kind: "surplus",
      offset: 100,
      actual: Buffer.from("extra").toString("hex"),
    });
  });

  test("an echo that is late, FIN and reset in mid-run are told apart", () => {
    const late = new Bench().begin();
    late.connection.checkDeadline(4.9e9, 5e9, 5e9);
    expect(late.failures).toHaveLength(0);
    late.connection.checkDeadline(5e9, 5e9, 5e9);
    const ended = new Bench().begin();
    ended.connection.ended();
    const reset = new Bench().begin();
    reset.connection.closed("ECONNRESET");
    const kinds = [late, ended, reset].map(({ failures }) => failures[0]?.kind);
    expect(kinds).toEqual(["echo-timed-out", "closed-early", "reset"]);
    expect(late.failures[0]?.message).toContain("no complete echo within 5s, 100 bytes were not echoed");
  });

  test.each([
    ["ECONNREFUSED", "connect-refused", "connection refused"],
    ["ETIMEDOUT", "connect-timed-out", "timed out"],
    ["EHOSTUNREACH", "connect-unreachable", "host unreachable"],
    ["ENETUNREACH", "connect-unreachable", "network unreachable"],
    ["EMFILE", "descriptors-exhausted", "out of file descriptors"],
    ["EADDRNOTAVAIL", "ports-exhausted", "no free source port"],
    ["EACCES", "connect-failed", "permission denied"],
  ])("a connect that ends with %s is %s", (code, kind, message) => {
    const bench = new Bench();
    bench.connection.closed(code);
    expect(bench.failures[0]).toMatchObject({ kind, message });
  });

  test("a connect that never answers fails, and a late answer is reset", () => {
    const bench = new Bench();
    bench.connection.checkDeadline(3e9, 3e9, 5e9);
    expect(bench.failures[0]).toMatchObject({ kind: "connect-timed-out" });
    bench.connection.opened(bench);
    expect(bench.isAborted).toBe(true);
  });

  test("a server that does not answer FIN fails after the echo timeout", () => {
    const bench = new Bench({ messages: 1 }).begin();
    bench.echo(100);
    bench.nowNs = 1e9;
    bench.connection.shutdown();
    bench.connection.checkDeadline(5.9e9, 5e9, 5e9);
    expect(bench.failures).toEqual([]);
    bench.connection.checkDeadline(6e9, 5e9, 5e9);
    expect(bench.failures[0]).toMatchObject({ kind: "close-timed-out" });
  });

  test.each([
    ["before our FIN", ["closed"], ["close-reset"]],
    ["instead of its FIN", ["shutdown", "closed"], ["close-reset"]],
    ["after its FIN, which is no loss", ["shutdown", "ended", "closed"], []],
    ["after its FIN came first, which is no loss", ["ended", "shutdown", "closed"], []],
    ["after its first FIN, without ours", ["ended", "closed"], []],
  ] as const)("a reset after everything has come back, %s", (_, steps, kinds) => {
    const bench = new Bench({ messages: 1 }).begin();
    bench.echo(100);
    for (const step of steps) {
      if (step === "closed") bench.connection.closed("ECONNRESET");
      else bench.connection[step]();
    }
    expect(bench.failures.map(({ kind }) => kind)).toEqual([...kinds]);
  });

  test("FIN after everything has come back is no failure", () => {
    const bench = new Bench({ messages: 1 }).begin();
    bench.echo(100);
    bench.connection.shutdown();
    bench.connection.ended();
    bench.connection.closed(undefined);
    expect(bench.isShutdown).toBe(true);
    expect(bench.failures).toEqual([]);
  });
});
