import { describe, expect, test } from "bun:test";
import type { Channel } from "../../lib/loop/channel.ts";
import type { ConnectionContext } from "../connection/connection-context.ts";
import { LoadConnection } from "../connection/load-connection.ts";
import { LOOKS } from "../measure/looks.ts";
import type { Address } from "../transport/transport.ts";
import { ConnectionPool } from "./connection-pool.ts";

const SLOTS = 25;
const TIMEOUT_MS = 50;
const address: Address = { family: "ipv4", address: "127.0.0.1", port: 7_878 };

/** Sends nothing, and counts how often somebody looked at it. */
class Silent extends LoadConnection {
  readonly hasReceived = false;
  readonly bytesInFlight = 0;
  readonly messagesInFlight = 0;
  readonly jitterNs = 0;
  looks = 0;
  protected established(): void {}
  start(): void {}
  proceed(): void {}
  received(): void {}
  drained(): void {}
  ended(): void {}
  shutdown(): void {}
  protected broken(): void {}
  protected checkProgress(): void {
    this.looks++;
  }
}

const channel: Pick<Channel, "abort"> = { abort() {} };

/** A pool whose connects a test ends. */
function poolOf() {
  const connections: Silent[] = [];
  const aborted: number[] = [];
  const owner = {
    onConnectEnded() {},
    onFailed() {},
    onClosed: (connection: LoadConnection) => pool.remove(connection),
  };
  const context = { nowNs: () => 0, owner } as unknown as ConnectionContext<LoadConnection>;
  const plan: ConstructorParameters<typeof ConnectionPool>[0] = {
    ...{
      slots: SLOTS,
      threads: 1,
      index: 0,
      shard: { index: 0, of: 1, connections: SLOTS },
      mode: "echo",
      ports: { upload: 1, download: 2 },
    },
    ...{ sources: [], connectTimeoutMs: TIMEOUT_MS, timeoutMs: TIMEOUT_MS },
    sockets: { sndbufBytes: undefined, rcvbufBytes: undefined, noDelay: true, tls: undefined },
  };
  const create = (number: number, slot: number): Silent => {
    const connection = new Silent(context, number, slot);
    connections.push(connection);
    return connection;
  };
  const connect =
    (_: Address, __: object, events: object): (() => void) =>
    () =>
      void aborted.push(connections.indexOf(events as Silent));
  const pool: ConnectionPool = new ConnectionPool(plan, connect, create);
  pool.address = address;
  return { pool, connections, aborted };
}

describe("ConnectionPool", () => {
  test("looks at each connection once in a round, and counts those that are established at its end", () => {
    const { pool, connections } = poolOf();
    for (let slot = 0; slot < SLOTS; slot++) pool.connect(slot);
    for (const connection of connections) connection.opened(channel as Channel);
    const looks = (): number => connections.reduce((sum, each) => sum + each.looks, 0);
    expect([pool.checkDeadlines(0), looks()]).toEqual([0, Math.ceil(SLOTS / LOOKS)]);
    while (pool.checkDeadlines(0) === 0) expect(looks()).toBeLessThan(SLOTS);
    expect([pool.checkDeadlines(0), looks()]).toEqual([SLOTS, SLOTS + Math.ceil(SLOTS / LOOKS)]);
    expect(connections.every(({ slot, looks: seen }) => seen === (slot < Math.ceil(SLOTS / LOOKS) ? 2 : 1))).toBe(true);
  });

  test("aborts connects that take too long, with a slot and without", () => {
    const { pool, aborted } = poolOf();
    pool.connect(0);
    pool.attempt(address);
    pool.checkDeadlines(TIMEOUT_MS * 1e6 - 1);
    expect(aborted).toEqual([]);
    for (let look = 0; look < LOOKS; look++) pool.checkDeadlines(TIMEOUT_MS * 1e6);
    expect(aborted.toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(pool.size).toBe(0);
  });
});
