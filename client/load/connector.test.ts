import { describe, expect, test } from "bun:test";
import { eventLoopTimers } from "../../lib/timers.ts";
import type { Address } from "../transport/transport.ts";
import { Connector } from "./connector.ts";

const v6: Address = { family: "ipv6", address: "::1", port: 7_878 };
const v4: Address = { family: "ipv4", address: "127.0.0.1", port: 7_878 };

/** A connection whose connect a test ends. */
interface FakeConnection {
  readonly slot: number;
  readonly address: Address | undefined;
  isOpen: boolean;
  isConnecting: boolean;
  isAborted: boolean;
}

function connectorOf(slots: number) {
  const connections: FakeConnection[] = [];
  let more = Promise.withResolvers<void>();
  const create = (slot: number, address?: Address): FakeConnection => {
    const connection = { slot, address, isOpen: false, isConnecting: true, isAborted: false };
    connections.push(connection);
    more.resolve();
    more = Promise.withResolvers();
    return connection;
  };
  const end = (connection: FakeConnection, isOpen: boolean): void => {
    connection.isOpen = isOpen;
    connection.isConnecting = false;
    connector.onConnectEnded(connection);
  };
  /** Settles when so many connects have begun. */
  const begun = async (count: number): Promise<void> => {
    while (connections.length < count) await more.promise;
  };
  const pool = {
    attempt: (address: Address) => create(0, address),
    connect: (slot: number) => void create(slot),
    abort(connection: FakeConnection) {
      connection.isAborted = true;
      if (!connection.isOpen) end(connection, false);
    },
  };
  const connector: Connector<FakeConnection> = new Connector(slots, pool, eventLoopTimers);
  return { connector, connections, begun, end };
}

const at = (connections: readonly FakeConnection[], i: number): FakeConnection => {
  const connection = connections[i];
  if (!connection) throw new Error(`expected a connection ${i}`);
  return connection;
};

describe("Connector", () => {
  test("uses the next address at once when the first one fails", async () => {
    const { connector, connections, begun, end } = connectorOf(1);
    const probe = connector.probe([v6, v4]);
    end(at(connections, 0), false);
    await begun(2);
    end(at(connections, 1), true);
    expect((await probe).winner).toMatchObject({ address: v4, connection: at(connections, 1) });
  });

  test("does not wait for an address that is silent, and aborts its connect", async () => {
    const { connector, connections, begun, end } = connectorOf(1);
    const probe = connector.probe([v6, v4]);
    await begun(2);
    end(at(connections, 1), true);
    expect((await probe).winner?.address).toEqual(v4);
    expect(connections.map(({ isAborted }) => isAborted)).toEqual([true, false]);
  });

  test("names every address when none accepts", async () => {
    const { connector, connections, begun, end } = connectorOf(1);
    const probe = connector.probe([v6, v4]);
    end(at(connections, 0), false);
    await begun(2);
    end(at(connections, 1), false);
    const { winner, attempts } = await probe;
    expect([winner, attempts.map(({ address }) => address)]).toEqual([undefined, [v6, v4]]);
  });

  test("notices a connect that has failed before it returns", async () => {
    const failed = { slot: 0, isOpen: false, isConnecting: false };
    const pool = { attempt: () => failed, connect() {}, abort() {} };
    const { winner, attempts } = await new Connector(1, pool, eventLoopTimers).probe([v4]);
    expect([winner, attempts.length]).toEqual([undefined, 1]);
  });

  test("a stop aborts a probe that nothing answers", async () => {
    const { connector, connections } = connectorOf(1);
    const probe = connector.probe([v4]);
    connector.stop();
    expect((await probe).winner).toBeUndefined();
    expect(at(connections, 0).isAborted).toBe(true);
  });

  test("opens all slots but the first, 256 at a time, and settles when each connect has ended", async () => {
    const { connector, connections, end } = connectorOf(300);
    const probe = connector.probe([v4]);
    end(at(connections, 0), true);
    await probe;
    const opened = connector.open();
    expect(connections).toHaveLength(1 + 256);
    // A slot whose connection has broken meanwhile is connected again beside these.
    end({ slot: 0, address: v4, isOpen: false, isConnecting: true, isAborted: false }, true);
    expect(connections).toHaveLength(1 + 256);
    for (let i = 1; i < 300; i++) end(at(connections, i), i % 2 === 0);
    await opened;
    expect(connections).toHaveLength(300);
  });
});
