import { describe, expect, test } from "bun:test";
import type { Timers } from "../../lib/timers.ts";
import { connectAll, connectFirst, interleave, type PendingConnect } from "./happy-eyeballs.ts";

const ipv6 = (name: string) => ({ family: "ipv6", name });
const ipv4 = (name: string) => ({ family: "ipv4", name });

/** Lets everything happen that is already due. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A connect whose end a test decides. */
class FakeConnect implements PendingConnect {
  readonly #end = Promise.withResolvers<boolean>();
  readonly connected = this.#end.promise;
  isClosed = false;

  end(isConnected: boolean): Promise<void> {
    this.#end.resolve(isConnected);
    return settle();
  }

  close(): void {
    this.isClosed = true;
    this.#end.resolve(false);
  }
}

/** A race of fake connects by name, with a clock that a test advances. */
function race(kind: typeof connectFirst, addresses: ReadonlyArray<{ family: string; name: string }>) {
  const connects = new Map<string, FakeConnect>();
  const delays = new Map<() => void, number>();
  const stop = new AbortController();
  const timers: Timers = {
    after(delayMs, action) {
      delays.set(action, delayMs);
      return () => delays.delete(action);
    },
  };
  const start = ({ name }: { readonly name: string }): FakeConnect => {
    const connect = new FakeConnect();
    connects.set(name, connect);
    return connect;
  };
  const { winner, attempts } = kind(addresses, start, { timers, stop: stop.signal });
  return {
    winner,
    attempts,
    stop,
    delays,
    started: () => [...connects.keys()],
    connect(name: string): FakeConnect {
      const found = connects.get(name);
      if (!found) throw new Error(`${name} was not started`);
      return found;
    },
    /** Ends the head start of the latest attempt. */
    passHeadStart(): Promise<void> {
      const due = [...delays.keys()];
      delays.clear();
      for (const action of due) action();
      return settle();
    },
  };
}

describe("the order of addresses", () => {
  test("alternates the families, beginning with the preferred one, and keeps the order within each", () => {
    const addresses = [ipv6("a"), ipv6("b"), ipv6("c"), ipv4("d"), ipv4("e")];
    expect(interleave(addresses).map(({ name }) => name)).toEqual(["a", "d", "b", "e", "c"]);
    expect(interleave(addresses.toReversed()).map(({ name }) => name)).toEqual(["e", "c", "d", "b", "a"]);
  });

  test("is the given one for a single family or none", () => {
    expect(interleave([ipv4("a"), ipv4("b")]).map(({ name }) => name)).toEqual(["a", "b"]);
    expect(interleave([])).toEqual([]);
  });
});

describe("connectFirst", () => {
  test("gives each attempt a head start of 250 ms before the next one", async () => {
    const { started, delays, passHeadStart } = race(connectFirst, [ipv6("a"), ipv4("b"), ipv6("c")]);
    expect(started()).toEqual(["a"]);
    expect([...delays.values()]).toEqual([250]);
    await passHeadStart();
    expect(started()).toEqual(["a", "b"]);
    await passHeadStart();
    expect(started()).toEqual(["a", "b", "c"]);
  });

  test("starts the next attempt as soon as one has failed", async () => {
    const { started, delays, connect } = race(connectFirst, [ipv6("a"), ipv4("b")]);
    await connect("a").end(false);
    expect(started()).toEqual(["a", "b"]);
    expect(delays.size).toBe(1);
  });

  test("returns the first one that connects, closes the others and starts no more", async () => {
    const { winner, attempts, started, delays, connect, passHeadStart } = race(connectFirst, [
      ipv6("a"),
      ipv4("b"),
      ipv6("c"),
    ]);
    await passHeadStart();
    await connect("b").end(true);
    expect(await winner).toBe(connect("b"));
    expect(started()).toEqual(["a", "b"]);
    expect([connect("a").isClosed, connect("b").isClosed]).toEqual([true, false]);
    expect(await attempts).toEqual([connect("a"), connect("b")]);
    expect(delays.size).toBe(0);
  });

  test("lets an earlier attempt win during the head start of a later one", async () => {
    const { winner, connect, passHeadStart } = race(connectFirst, [ipv6("a"), ipv4("b")]);
    await passHeadStart();
    await connect("a").end(true);
    expect(await winner).toBe(connect("a"));
    expect(connect("b").isClosed).toBe(true);
  });

  test("closes the second of two that connect at the same moment", async () => {
    const { winner, connect, passHeadStart } = race(connectFirst, [ipv6("a"), ipv4("b")]);
    await passHeadStart();
    void connect("a").end(true);
    await connect("b").end(true);
    expect(await winner).toBe(connect("a"));
    expect([connect("a").isClosed, connect("b").isClosed]).toEqual([false, true]);
  });

  test("has no winner when all fail, and returns every attempt in its order", async () => {
    const { winner, attempts, connect, passHeadStart } = race(connectFirst, [ipv4("a"), ipv6("b"), ipv4("c")]);
    await passHeadStart();
    await passHeadStart();
    for (const name of ["c", "a", "b"]) await connect(name).end(false);
    expect(await winner).toBeUndefined();
    expect(await attempts).toEqual(["a", "b", "c"].map(connect));
  });

  test("has no winner without addresses", async () => {
    expect(await race(connectFirst, []).winner).toBeUndefined();
  });

  test("closes all attempts and starts no more when it is stopped", async () => {
    const { winner, attempts, stop, started, connect, passHeadStart } = race(connectFirst, [
      ipv6("a"),
      ipv4("b"),
      ipv6("c"),
    ]);
    await passHeadStart();
    stop.abort();
    expect(await winner).toBeUndefined();
    expect(await attempts).toHaveLength(2);
    expect(started()).toEqual(["a", "b"]);
    expect([connect("a").isClosed, connect("b").isClosed]).toEqual([true, true]);
  });
});

describe("connectAll", () => {
  test("goes on to the addresses that are left, at once, and closes only what connects after the winner", async () => {
    const { winner, attempts, started, connect } = race(connectAll, [ipv6("a"), ipv4("b"), ipv6("c")]);
    await connect("a").end(true);
    expect(await winner).toBe(connect("a"));
    expect(started()).toEqual(["a", "b", "c"]);
    expect(["a", "b", "c"].map((name) => connect(name).isClosed)).toEqual([false, false, false]);
    await connect("b").end(true);
    expect(connect("b").isClosed).toBe(true);
    await connect("c").end(false);
    expect(await attempts).toEqual(["a", "b", "c"].map(connect));
    expect([connect("a").isClosed, connect("c").isClosed]).toEqual([false, false]);
  });

  test("keeps the winner open when it is stopped", async () => {
    const { attempts, stop, connect } = race(connectAll, [ipv6("a"), ipv4("b")]);
    await connect("a").end(true);
    stop.abort();
    await attempts;
    expect([connect("a").isClosed, connect("b").isClosed]).toEqual([false, true]);
  });
});
