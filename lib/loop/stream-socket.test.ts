import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createWakeDescriptor, epollAvailable } from "../posix/epoll.ts";
import { EpollLoop } from "./epoll-loop.ts";
import { closeDescriptor, requestSocketBuffers } from "../posix/libc.ts";
import { pinnedBytes } from "../posix/memory.ts";
import { connectedPairs, type SocketPairs } from "../posix/socket-pairs.fixture.ts";
import { dropOnClose, receive, send, sendFin, setNoDelay, WOULD_BLOCK } from "../posix/socket.ts";
import type { ChannelEvents } from "./channel.ts";
import { StreamSocket } from "./stream-socket.ts";

/** Echoes what comes, keeps what was not taken, and records the events. */
class Echo implements ChannelEvents {
  readonly events: string[] = [];
  readonly socket: StreamSocket;
  sentBytes = 0;
  #kept = Buffer.alloc(0);

  constructor(loop: EpollLoop, fd: number) {
    this.socket = new StreamSocket(loop, fd, this);
  }

  received(bytes: Uint8Array, offset: number, length: number): void {
    const taken = this.#kept.length > 0 ? 0 : this.socket.write(bytes, offset, length);
    this.#kept = Buffer.concat([this.#kept, bytes.subarray(offset + taken, offset + length)]);
  }
  drained(): void {
    if (this.#kept.length === 0) return;
    const memory = pinnedBytes(this.#kept.length);
    memory.set(this.#kept);
    this.#kept = this.#kept.subarray(this.socket.write(memory, 0, memory.length));
  }
  opened = (): void => {};
  sent = (bytes: number): void => void (this.sentBytes += bytes);
  ended = (): void => void this.events.push("ended");
  closed = (code: string | undefined): void => void this.events.push(`closed ${code ?? "well"}`);
}

describe.if(epollAvailable).each([true, false])("a stream on epoll with batches: %p", (batches) => {
  let wakeFd: number;
  let loop: EpollLoop;
  beforeAll(() => {
    wakeFd = createWakeDescriptor();
    loop = new EpollLoop(Bun.nanoseconds, { wakeFd, busyPollNs: 0 }, { batches });
  });
  afterAll(() => closeDescriptor(wakeFd));

  /** Echoes on all accepted sockets. */
  function echoOn(pairs: SocketPairs): Echo[] {
    return pairs.all.map(([, accepted]) => {
      pairs.release(accepted);
      return new Echo(loop, accepted);
    });
  }

  /** Lets the loop serve sockets until the condition holds. */
  async function until(isWanted: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (isWanted()) resolve();
      else loop.after(1, look);
    };
    look();
    await promise;
  }

  const message = pinnedBytes(1_000);
  for (let i = 0; i < message.length; i++) message[i] = (i * 31) % 251;

  test("every byte comes back once and in order, though the peers do not read and the buffers are small", async () => {
    using pairs = connectedPairs(6);
    const echoes = echoOn(pairs);
    // More than fits between an echo and a peer that does not read.
    for (const [connected, accepted] of pairs.all) {
      requestSocketBuffers(connected, { sndbufBytes: undefined, rcvbufBytes: 20_000 });
      requestSocketBuffers(accepted, { sndbufBytes: 20_000, rcvbufBytes: undefined });
      setNoDelay(connected, true);
    }
    const MESSAGES = 150;
    const sent = pairs.all.map(() => 0);
    await until(() => {
      for (const [i, [connected]] of pairs.all.entries()) {
        const left = MESSAGES * message.length - (sent[i] ?? 0);
        const from = (sent[i] ?? 0) % message.length;
        if (left > 0) sent[i] = (sent[i] ?? 0) + Math.max(0, send(connected, message, from, message.length - from));
      }
      return sent.every((bytes) => bytes === MESSAGES * message.length);
    });
    const back = pairs.all.map(() => Buffer.alloc(0));
    const into = pinnedBytes(4_096);
    await until(() => {
      for (const [i, [connected]] of pairs.all.entries()) {
        const length = receive(connected, into, 0, into.length);
        if (length > 0) back[i] = Buffer.concat([back[i] ?? Buffer.alloc(0), into.subarray(0, length)]);
      }
      return back.every((bytes) => bytes.length >= MESSAGES * message.length);
    });
    const whole = Buffer.concat(Array.from({ length: MESSAGES }, () => message));
    for (const { socket } of echoes) socket.close();
    for (const bytes of back) expect(bytes.equals(whole)).toBe(true);
  });

  test("the rest of a batched send that fell short goes out by itself, and only then there is room", async () => {
    using pairs = connectedPairs(1);
    const [echo] = echoOn(pairs);
    const [connected] = pairs.all[0] ?? [0];
    if (!echo) throw new Error("there is one");
    const drained = Promise.withResolvers<void>();
    echo.drained = drained.resolve;
    echo.socket.sendCompleted(message, 10, 100, 100);
    expect(echo.sentBytes).toBe(100);
    echo.socket.sendCompleted(message, 10, 100, 40);
    expect([echo.sentBytes, echo.socket.write(message, 0, 1)]).toEqual([140, 0]);
    await drained.promise;
    expect([echo.sentBytes, echo.socket.write(message, 0, 1)]).toEqual([200, 1]);
    const into = pinnedBytes(200);
    await until(() => receive(connected, into, 0, 200) === 61);
    expect(Buffer.from(into.subarray(0, 60)).equals(message.subarray(50, 110))).toBe(true);
    echo.socket.close();
  });

  test("a FIN waits for the rest of a batched send", async () => {
    using pairs = connectedPairs(1);
    const [echo] = echoOn(pairs);
    const [connected] = pairs.all[0] ?? [0];
    echo?.socket.sendCompleted(message, 0, 100, WOULD_BLOCK);
    echo?.socket.shutdown();
    const into = pinnedBytes(200);
    expect(receive(connected, into, 0, 200)).toBe(WOULD_BLOCK);
    await until(() => receive(connected, into, 0, 200) === 100);
    await until(() => receive(connected, into, 0, 200) === 0);
    echo?.socket.close();
  });

  test("after a send that met a reset, nothing is taken, and the reason of the close is the reset", async () => {
    using pairs = connectedPairs(1);
    const [echo] = echoOn(pairs);
    const [connected] = pairs.all[0] ?? [0];
    const EPIPE = -32;
    echo?.socket.sendCompleted(message, 10, 100, EPIPE);
    expect(echo?.socket.write(message, 0, 1)).toBe(0);
    sendFin(connected);
    await until(() => (echo?.events.length ?? 0) > 0);
    expect(echo?.events).toEqual(["closed ECONNRESET"]);
  });

  test("a FIN is reported after the last byte, and one each way closes the connection", async () => {
    using pairs = connectedPairs(3);
    const echoes = echoOn(pairs);
    for (const [connected] of pairs.all) {
      send(connected, message, 0, 10);
      sendFin(connected);
    }
    await until(() => echoes.every(({ events }) => events.includes("ended")));
    for (const [connected] of pairs.all) expect(receive(connected, pinnedBytes(100), 0, 100)).toBe(10);
    for (const { socket } of echoes) socket.shutdown();
    await until(() => echoes.every(({ events }) => events.includes("closed well")));
    for (const { events } of echoes) expect(events).toEqual(["ended", "closed well"]);
  });

  test("a reset is reported by its name, also to a paused connection", async () => {
    using pairs = connectedPairs(3);
    const echoes = echoOn(pairs);
    echoes[2]?.socket.pause();
    for (const [connected] of pairs.all) {
      dropOnClose(connected);
      closeDescriptor(connected);
      pairs.release(connected);
    }
    await until(() => echoes.every(({ events }) => events.length > 0));
    for (const { events } of echoes) expect(events).toEqual(["closed ECONNRESET"]);
  });
});
