import { expect, test } from "bun:test";
import { libcAvailable } from "../../lib/posix/libc.ts";
import { EventLoopClock } from "./loop-clock.ts";

const IDLE_NS = 50e6;

/** A connection of this thread's event loop, its own descriptor and the other end. */
async function connect() {
  const accepted = Promise.withResolvers<Bun.Socket>();
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { open: accepted.resolve, data() {} } });
  const client = await Bun.connect({ hostname: "127.0.0.1", port: listener.port, socket: { data() {} } });
  const other = await accepted.promise;
  const fd = "fd" in client && typeof client.fd === "number" ? client.fd : undefined;
  return { fd, other, [Symbol.dispose]: () => listener.stop(true) };
}

test.if(libcAvailable)("sleeps until the time when no socket wants anything", async () => {
  using connection = await connect();
  const clock = new EventLoopClock(Bun.nanoseconds);
  clock.learnLoop(connection.fd);
  const until = clock.nowNs() + IDLE_NS;
  const before = process.threadCpuUsage();
  clock.idle(until);
  const { user, system } = process.threadCpuUsage(before);
  expect(clock.nowNs()).toBeGreaterThanOrEqual(until);
  // It slept, and was not busy all the time.
  expect((user + system) * 1e3).toBeLessThan(IDLE_NS / 2);
});

test.if(libcAvailable)("ends the wait when a socket has something to read", async () => {
  using connection = await connect();
  const clock = new EventLoopClock(Bun.nanoseconds);
  clock.learnLoop(connection.fd);
  connection.other.write("x");
  const farAway = clock.nowNs() + 900e6;
  clock.idle(farAway);
  expect(clock.nowNs()).toBeLessThan(farAway);
});

test("returns at once where it does not know the loop", () => {
  const clock = new EventLoopClock(Bun.nanoseconds);
  clock.learnLoop(undefined);
  const farAway = clock.nowNs() + 900e6;
  clock.idle(farAway);
  expect(clock.nowNs()).toBeLessThan(farAway);
});
