import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createWakeDescriptor, epollAvailable } from "../posix/epoll.ts";
import { EpollLoop } from "./epoll-loop.ts";
import { closeDescriptor, requestSocketBuffers } from "../posix/libc.ts";
import { pinnedBytes } from "../posix/memory.ts";
import { connectedPairs, type SocketPairs } from "../posix/socket-pairs.fixture.ts";
import { dropOnClose, receive, send, sendFin, setNoDelay, WOULD_BLOCK } from "../posix/socket.ts";
import { type StreamEvents, StreamSocket } from "./stream-socket.ts";

/** Echoes what comes, keeps what was not taken, and notes what it is told. */
class Echo implements StreamEvents {
  readonly told: string[] = [];
  readonly socket: StreamSocket;
  #kept = Buffer.alloc(0);

  constructor(loop: EpollLoop, fd: number) {
    this.socket = new StreamSocket(loop, fd, this);
  }

  received(bytes: Uint8Array, offset: number, length: number): void {
    const sent = this.#kept.length > 0 ? 0 : this.socket.write(bytes, offset, length);
    if (sent < 0) this.told.push("broken");
    else this.#keep(bytes, offset + sent, length - sent);
  }
  unsent(bytes: Uint8Array, offset: number, length: number): void {
    this.told.push("unsent");
    this.#keep(bytes, offset, length);
  }
  #keep(bytes: Uint8Array, offset: number, length: number): void {
    this.#kept = Buffer.concat([this.#kept, bytes.subarray(offset, offset + length)]);
  }
  writable(): void {
    const memory = pinnedBytes(this.#kept.length);
    memory.set(this.#kept);
    this.#kept = this.#kept.subarray(Math.max(0, this.socket.write(memory, 0, memory.length)));
  }
  refused = (): void => void this.told.push("refused");
  ended = (): void => void this.told.push("ended");
  closed = (code: string | undefined): void => void this.told.push(`closed ${code ?? "well"}`);
}

describe.if(epollAvailable).each([true, false])("a stream on epoll that gathers: %p", (gathers) => {
  let wakeFd: number;
  let loop: EpollLoop;
  beforeAll(() => {
    wakeFd = createWakeDescriptor();
    loop = new EpollLoop(Bun.nanoseconds, wakeFd, { gathers });
  });
  afterAll(() => closeDescriptor(wakeFd));

  /** Echoes on all that were accepted. */
  function echoOn(pairs: SocketPairs): Echo[] {
    return pairs.all.map(([, accepted]) => {
      pairs.release(accepted);
      return new Echo(loop, accepted);
    });
  }

  /** Lets the loop serve what there is to serve until it is as wanted. */
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
    for (const { socket } of echoes) socket.end();
    for (const bytes of back) expect(bytes.equals(whole)).toBe(true);
  });

  test("of a gathered send that fell short the rest is told, and then that there is room; of one that failed, that", async () => {
    using pairs = connectedPairs(1);
    const [echo] = echoOn(pairs);
    if (!echo) throw new Error("there is one");
    const rests: number[][] = [];
    echo.unsent = (_bytes, offset, length) => void rests.push([offset, length]);
    const writable = Promise.withResolvers<void>();
    echo.writable = writable.resolve;
    echo.socket.dispatched(message, 10, 100, 100);
    expect(rests).toEqual([]);
    echo.socket.dispatched(message, 10, 100, 40);
    echo.socket.dispatched(message, 10, 100, WOULD_BLOCK);
    expect(rests).toEqual([
      [50, 60],
      [10, 100],
    ]);
    expect(echo.socket.write(message, 0, 1)).toBe(0);
    await writable.promise;
    expect(echo.socket.write(message, 0, 1)).toBe(1);
    const EPIPE = -32;
    echo.socket.dispatched(message, 10, 100, EPIPE);
    expect(echo.told).toEqual(["refused"]);
    echo.socket.end();
  });

  test("a FIN is told after the last byte, and one both ways closes", async () => {
    using pairs = connectedPairs(3);
    const echoes = echoOn(pairs);
    for (const [connected] of pairs.all) {
      send(connected, message, 0, 10);
      sendFin(connected);
    }
    await until(() => echoes.every(({ told }) => told.includes("ended")));
    for (const [connected] of pairs.all) expect(receive(connected, pinnedBytes(100), 0, 100)).toBe(10);
    for (const { socket } of echoes) socket.shutdown();
    await until(() => echoes.every(({ told }) => told.includes("closed well")));
    for (const { told } of echoes) expect(told).toEqual(["ended", "closed well"]);
  });

  test("a reset is told by its name, to one who reads and to one who is paused", async () => {
    using pairs = connectedPairs(3);
    const echoes = echoOn(pairs);
    echoes[2]?.socket.pause();
    for (const [connected] of pairs.all) {
      dropOnClose(connected);
      closeDescriptor(connected);
      pairs.release(connected);
    }
    await until(() => echoes.every(({ told }) => told.length > 0));
    for (const { told } of echoes) expect(told).toEqual(["closed ECONNRESET"]);
  });
});
