import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import { chooseEngine } from "./engine.ts";
import { createWakeDescriptor, EPOLLIN, epollAvailable } from "../posix/epoll.ts";
import { EpollLoop } from "./epoll-loop.ts";
import { startConnect } from "../posix/connect.ts";
import { closeDescriptor } from "../posix/libc.ts";
import { Addresses, pinnedBytes } from "../posix/memory.ts";
import { receive, resultError, send, takeError, WOULD_BLOCK } from "../posix/socket.ts";

/** A thread that wakes the loop every few milliseconds. */
function wakeFromAfar(wakeFd: number): Disposable {
  const module = JSON.stringify(join(import.meta.dir, "..", "posix", "epoll.ts"));
  const source = `import { wake } from ${module}; setInterval(() => wake(${wakeFd}), 5);`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  return { [Symbol.dispose]: () => worker.terminate() };
}

const onLinux = describe.if(epollAvailable);

onLinux("the epoll loop", () => {
  const wakeFd = createWakeDescriptor();
  afterAll(() => closeDescriptor(wakeFd));
  const loop = new EpollLoop(Bun.nanoseconds, { wakeFd, busyPollNs: 0 });

  test("calls back when it is time, in order, and not what was cancelled", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done: string[] = [];
    const startNs = Bun.nanoseconds();
    loop.after(30, resolve);
    loop.after(10, () => done.push("10"));
    loop.after(5, () => done.push("5"));
    loop.after(7, () => done.push("never"))();
    loop.soon(() => done.push("soon"));
    await promise;
    expect(done).toEqual(["soon", "5", "10"]);
    expect(Bun.nanoseconds() - startNs).toBeGreaterThanOrEqual(30e6);
  });

  test("sleeps until the time when no socket wants anything", () => {
    const untilNs = loop.nowNs() + 50e6;
    const before = process.threadCpuUsage();
    loop.idle(untilNs);
    const { user, system } = process.threadCpuUsage(before);
    expect(loop.nowNs()).toBeGreaterThanOrEqual(untilNs);
    // It slept, and was not busy all the time.
    expect((user + system) * 1e3).toBeLessThan(25e6);
  });

  test("returns to Bun's loop when another thread wakes it", async () => {
    // Without being woken it would sit in the kernel until its own timer, and Bun's would come after that.
    let isDue = false;
    const cancel = loop.after(60_000, () => (isDue = true));
    using _waker = wakeFromAfar(wakeFd);
    await Bun.sleep(1);
    expect(isDue).toBe(false);
    cancel();
  });

  test("knows how long it stood still before it looked", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    loop.soon(() => {
      for (const untilNs = loop.nowNs() + 5e6; loop.nowNs() < untilNs;) continue;
      loop.after(0, () => resolve(loop.standstillNs));
    });
    expect(await promise).toBeGreaterThanOrEqual(5e6);
  });

  test("tells of a socket that has something to read, and its bytes come and go", async () => {
    using listener = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { data: (socket, chunk) => void socket.write(chunk) },
    });
    const start = startConnect("127.0.0.1", listener.port, { sndbufBytes: undefined, rcvbufBytes: undefined });
    if (start.kind === "failed") throw new Error(start.code);
    const { fd } = start;
    expect(takeError(fd)).toBeUndefined();
    const bytes = pinnedBytes(1_024);
    expect(receive(fd, bytes, 0, bytes.length)).toBe(WOULD_BLOCK);
    bytes.set(Buffer.from("hello"), 3);
    expect(send(fd, bytes, 3, 5)).toBe(5);
    const { promise, resolve } = Promise.withResolvers<number>();
    const id = loop.watch(fd, EPOLLIN, { ready: resolve });
    // The echo server lives on Bun's loop, to which this one has to return.
    using _waker = wakeFromAfar(wakeFd);
    expect((await promise) & EPOLLIN).toBe(EPOLLIN);
    loop.unwatch(fd, id);
    expect(receive(fd, bytes, 10, bytes.length - 10)).toBe(5);
    expect(Buffer.from(bytes.subarray(10, 15)).toString()).toBe("hello");
    closeDescriptor(fd);
    expect(resultError(send(fd, bytes, 0, 1))).toBe("EBADF");
  });

  test("no range outside its bytes reaches the kernel", () => {
    const addresses = new Addresses();
    const bytes = pinnedBytes(10);
    for (const [offset, length] of [
      [-1, 1],
      [0, 11],
      [10, 1],
      [5, -1],
      [0.5, 10],
      [Number.NaN, 1],
    ] as const) {
      expect(() => addresses.of(bytes, offset, length)).toThrow(RangeError);
    }
    expect(addresses.of(bytes, 10, 0)).toBeGreaterThan(0);
  });
});

test("auto is epoll where that can be, and Bun for TLS", () => {
  const best = epollAvailable ? "epoll" : "bun";
  expect(chooseEngine({ engine: "auto", tls: false })).toBe(best);
  expect(chooseEngine({ engine: "auto", tls: true })).toBe("bun");
  expect(chooseEngine({ engine: "bun", tls: false })).toBe("bun");
  expect(() => chooseEngine({ engine: "epoll", tls: true })).toThrow('--engine "epoll": expected without --tls');
});
