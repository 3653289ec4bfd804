import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import { closeDescriptor, createWakeDescriptor, EPOLLIN, epollAvailable, FAILED, NativeBuffer } from "../lib/epoll.ts";
import { NativeSocket, WOULD_BLOCK } from "../lib/epoll.ts";
import { dial } from "../lib/libc.ts";
import { EpollLoop } from "./epoll-loop.ts";
import { chooseEngine } from "./engine.ts";

/** A thread that wakes the loop every few milliseconds. */
function wakeFromAfar(wakeFd: number): Disposable {
  const module = JSON.stringify(join(import.meta.dir, "..", "lib", "epoll.ts"));
  const source = `import { wake } from ${module}; setInterval(() => wake(${wakeFd}), 5);`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  return { [Symbol.dispose]: () => worker.terminate() };
}

const onLinux = describe.if(epollAvailable);

onLinux("the epoll loop", () => {
  const wakeFd = createWakeDescriptor();
  afterAll(() => closeDescriptor(wakeFd));
  const loop = new EpollLoop(Bun.nanoseconds, wakeFd);

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
    // Without being woken it would sit in the kernel until its timer, and Bun's would never come.
    const cancel = loop.after(60_000, () => {});
    using _waker = wakeFromAfar(wakeFd);
    await Bun.sleep(1);
    cancel();
  });

  test("tells of a socket that has something to read, and its bytes come and go", async () => {
    using listener = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { data: (socket, chunk) => void socket.write(chunk) },
    });
    const dialled = dial("127.0.0.1", listener.port, { sndbufBytes: undefined, rcvbufBytes: undefined });
    if (dialled.kind === "failed") throw new Error(dialled.code);
    const socket = new NativeSocket(dialled.fd);
    expect(socket.connectError()).toBeUndefined();
    const buffer = new NativeBuffer(new Uint8Array(new ArrayBuffer(1_024)));
    expect(socket.receive(buffer)).toBe(WOULD_BLOCK);
    buffer.bytes.set(Buffer.from("hello"), 3);
    expect(socket.send(buffer, 3, 5)).toBe(5);
    const { promise, resolve } = Promise.withResolvers<number>();
    const id = loop.watch(dialled.fd, EPOLLIN, { ready: resolve });
    // The echo server lives on Bun's loop, to which this one has to return.
    using _waker = wakeFromAfar(wakeFd);
    expect((await promise) & EPOLLIN).toBe(EPOLLIN);
    loop.unwatch(dialled.fd, id);
    expect(socket.receive(buffer)).toBe(5);
    expect(Buffer.from(buffer.bytes.subarray(0, 5)).toString()).toBe("hello");
    socket.close();
    expect(socket.send(buffer, 0, 1)).toBe(FAILED);
    expect(socket.errorCode).toBe("EBADF");
  });

  test("no range outside a buffer reaches the kernel", () => {
    const buffer = new NativeBuffer(new Uint8Array(new ArrayBuffer(10)));
    for (const [offset, length] of [
      [-1, 1],
      [0, 11],
      [10, 1],
      [5, -1],
      [0.5, 10],
    ] as const) {
      expect(() => buffer.at(offset, length)).toThrow(RangeError);
    }
    expect(buffer.at(10, 0)).toBeGreaterThan(0);
  });
});

test("auto is epoll where that can be, and Bun for TLS", () => {
  const best = epollAvailable ? "epoll" : "bun";
  expect(chooseEngine({ engine: "auto", tls: false })).toBe(best);
  expect(chooseEngine({ engine: "auto", tls: true })).toBe("bun");
  expect(chooseEngine({ engine: "bun", tls: false })).toBe("bun");
  expect(() => chooseEngine({ engine: "epoll", tls: true })).toThrow('--engine "epoll": expected without --tls');
});
