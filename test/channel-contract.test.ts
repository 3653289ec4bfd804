import { afterAll, describe, expect, test } from "bun:test";
import { createBunTransport } from "../client/transport/bun-transport.ts";
import { createEpollTransport as createEpollClient } from "../client/transport/epoll-transport.ts";
import type { Channel, ChannelEvents } from "../lib/loop/channel.ts";
import { EpollLoop } from "../lib/loop/epoll-loop.ts";
import { createWakeDescriptor, epollAvailable } from "../lib/posix/epoll.ts";
import { closeDescriptor, libcAvailable } from "../lib/posix/libc.ts";
import { SocketListener } from "../lib/posix/listener.ts";
import { pinnedBytes } from "../lib/posix/memory.ts";
import { eventLoopTimers, type Timers } from "../lib/timers.ts";
import { bunTransport } from "../server/transport/bun-transport.ts";
import { createEpollTransport as createEpollServer } from "../server/transport/epoll-transport.ts";
import { RawPeer } from "./fixtures/raw-peer.ts";
import { until } from "./fixtures/until.ts";

/** Records what a channel reports. */
class Recorder implements ChannelEvents {
  readonly events: string[] = [];
  bytes: Buffer = Buffer.alloc(0);
  sentBytes = 0;
  drains = 0;
  channel: Channel | undefined;

  opened(channel: Channel): void {
    this.channel = channel;
    this.events.push("opened");
  }
  received(bytes: Uint8Array, offset: number, length: number): void {
    this.bytes = Buffer.concat([this.bytes, bytes.subarray(offset, offset + length)]);
  }
  sent(bytes: number): void {
    this.sentBytes += bytes;
  }
  drained(): void {
    this.drains++;
  }
  ended = (): void => void this.events.push("ended");
  closed = (code: string | undefined): void => void this.events.push(`closed ${code ?? "well"}`);
}

/** One way in which channels come about. */
interface Side {
  readonly timers: Timers;
  /** Makes a connection between a channel, which reports to the recorder, and a raw peer. */
  connect(recorder: Recorder): Promise<RawPeer>;
}

const settings = { backlog: 16, noDelay: true, keepaliveMs: 0, identity: undefined, sharesPort: false, options: {} };
const buffers = { sndbufBytes: 20_000, rcvbufBytes: 20_000 };

async function acceptWith(transport: typeof bunTransport, recorder: Recorder): Promise<RawPeer> {
  const target = { kind: "tcp", host: "127.0.0.1", port: 0, service: "echo" } as const;
  const listener = await transport.listen(target, { ...settings, buffers }, () => recorder);
  const peer = RawPeer.connect(Number(listener.endpoint.split(":")[1]));
  await waitOn(transport.timers, recorder, "an accepted channel", () => recorder.events.includes("opened"));
  listener.stop();
  return peer;
}

async function connectWith(
  { connect, loop }: ReturnType<typeof createBunTransport>,
  recorder: Recorder,
): Promise<RawPeer> {
  const listener = SocketListener.tcp("127.0.0.1", 0, 16, false, () => {});
  const address = { family: "ipv4", address: "127.0.0.1", port: listener.port } as const;
  connect(address, { ...buffers, noDelay: true, source: undefined, tls: undefined }, recorder);
  let fd = -1;
  await waitOn(loop, recorder, "a connected channel", () => {
    const accepted = fd < 0 ? listener.accept() : "";
    if (typeof accepted === "object") fd = accepted.fd;
    return fd >= 0 && recorder.events.includes("opened");
  });
  listener.close();
  return RawPeer.accepted(fd);
}

/** Lets the loop that the timers belong to serve its sockets until the condition holds. */
async function waitOn(timers: Timers, recorder: Recorder, what: string, isWanted: () => boolean): Promise<void> {
  const changed = (): Promise<void> => new Promise((resolve) => void timers.after(1, resolve));
  await until(() => recorder, what, isWanted, { changed });
}

const payload = pinnedBytes(1_000_000);
for (let i = 0; i < payload.length; i++) payload[i] = (i * 31 + (i >> 8)) % 251;

const wakeFd = epollAvailable ? createWakeDescriptor() : -1;
const loop = epollAvailable ? new EpollLoop(Bun.nanoseconds, { wakeFd, busyPollNs: 0 }) : undefined;
const bunClient = createBunTransport(Bun.nanoseconds);

const sides: ReadonlyArray<readonly [name: string, side: Side]> = [
  ["the server on bun", { timers: eventLoopTimers, connect: (recorder) => acceptWith(bunTransport, recorder) }],
  ["the client on bun", { timers: eventLoopTimers, connect: (recorder) => connectWith(bunClient, recorder) }],
  ...(loop
    ? ([
        ["the server on epoll", { timers: loop, connect: (recorder) => acceptWith(createEpollServer(loop), recorder) }],
        [
          "the client on epoll",
          { timers: loop, connect: (recorder) => connectWith(createEpollClient(loop), recorder) },
        ],
      ] satisfies ReadonlyArray<readonly [string, Side]>)
    : []),
];

/** The contract of `Channel` and `ChannelEvents`, which every engine keeps on both ends. */
describe.if(libcAvailable).each(sides)("a channel of %s", (_name, { timers, connect }) => {
  let recorder: Recorder;
  const wait = (what: string, isWanted: () => boolean): Promise<void> => waitOn(timers, recorder, what, isWanted);

  /** Opens a connection. A channel that a failed test leaves open would keep its loop from returning to Bun's. */
  async function open(): Promise<Disposable & { peer: RawPeer; channel: Channel }> {
    recorder = new Recorder();
    const peer = await connect(recorder);
    const { channel } = recorder;
    if (!channel) throw new Error("expected an open channel");
    const dispose = (): void => {
      channel.abort();
      peer[Symbol.dispose]();
    };
    return { peer, channel, [Symbol.dispose]: dispose };
  }

  test("delivers the peer's bytes in order, and its FIN after the last of them", async () => {
    using connection = await open();
    const { peer } = connection;
    let sent = 0;
    await wait("room for all bytes of the peer", () => {
      sent += peer.send(payload.subarray(sent, Math.min(sent + 50_000, payload.length)));
      return sent === payload.length;
    });
    peer.shutdown();
    await wait("the peer's FIN", () => recorder.events.includes("ended"));
    expect(recorder.bytes.equals(payload)).toBe(true);
    expect(recorder.events).toEqual(["opened", "ended"]);
  });

  test("takes what the socket has room for, reports each byte as sent once, and reports that there is room again", async () => {
    using connection = await open();
    const { peer, channel } = connection;
    let taken = 0;
    for (let more = 1; more > 0; taken += more) more = channel.write(payload, taken, payload.length - taken);
    expect(taken).toBeWithin(1, payload.length);
    let seenDrains = 0;
    await wait("all bytes at the peer", () => {
      peer.read();
      if (recorder.drains > seenDrains) taken += channel.write(payload, taken, payload.length - taken);
      seenDrains = recorder.drains;
      return peer.received.length === payload.length;
    });
    expect(peer.received.equals(payload)).toBe(true);
    expect([taken, recorder.sentBytes]).toEqual([payload.length, payload.length]);
  });

  test("a shutdown sends FIN after the bytes that were taken, and reading goes on", async () => {
    using connection = await open();
    const { peer, channel } = connection;
    const taken = channel.write(payload, 0, 5_000);
    channel.shutdown();
    await wait("FIN at the peer", () => peer.read().end !== undefined);
    expect([peer.end, peer.received.length, taken]).toEqual(["FIN", 5_000, 5_000]);
    peer.send(payload.subarray(0, 700));
    await wait("700 bytes", () => recorder.bytes.length === 700);
    peer.shutdown();
    await wait("the close", () => recorder.events.length > 2);
    expect(recorder.events).toEqual(["opened", "ended", "closed well"]);
  });

  test("writes still go out after the peer's FIN, and a shutdown then closes in good order", async () => {
    using connection = await open();
    const { peer, channel } = connection;
    peer.shutdown();
    await wait("the peer's FIN", () => recorder.events.includes("ended"));
    expect(channel.write(payload, 0, 3_000)).toBe(3_000);
    channel.shutdown();
    await wait("the close on both ends", () => peer.read().end !== undefined && recorder.events.length > 2);
    expect([peer.end, peer.received.length]).toEqual(["FIN", 3_000]);
    expect(recorder.events).toEqual(["opened", "ended", "closed well"]);
  });

  test("delivers nothing while it is paused, and everything after a resume", async () => {
    using connection = await open();
    const { peer, channel } = connection;
    channel.pause();
    peer.send(payload.subarray(0, 5_000));
    const { promise: later, resolve } = Promise.withResolvers<void>();
    timers.after(50, resolve);
    await later;
    expect(recorder.bytes).toHaveLength(0);
    channel.resume();
    await wait("5,000 bytes", () => recorder.bytes.length === 5_000);
  });

  test("the peer's reset closes it with ECONNRESET, once; then it takes nothing and has no descriptor", async () => {
    using connection = await open();
    const { peer, channel } = connection;
    peer.abort();
    await wait("the close", () => recorder.events.length > 1);
    expect(recorder.events).toEqual(["opened", "closed ECONNRESET"]);
    expect([channel.write(payload, 0, 10), channel.fd]).toEqual([0, undefined]);
    channel.shutdown();
    channel.close();
    channel.abort();
    expect(recorder.events).toHaveLength(2);
  });

  test("a write after the peer's reset closes it with ECONNRESET, also while it is paused", async () => {
    using connection = await open();
    const { peer, channel } = connection;
    channel.pause();
    peer.abort();
    await wait("the close", () => {
      channel.write(payload, 0, 10);
      return recorder.events.length > 1;
    });
    expect(recorder.events).toEqual(["opened", "closed ECONNRESET"]);
  });

  test("an abort resets the connection", async () => {
    using connection = await open();
    const { peer, channel } = connection;
    channel.abort();
    await wait("the close on both ends", () => peer.read().end !== undefined && recorder.events.length > 1);
    expect([peer.end, recorder.events]).toEqual(["ECONNRESET", ["opened", "closed well"]]);
  });

  test("a close ends the connection in good order", async () => {
    using connection = await open();
    const { peer, channel } = connection;
    channel.close();
    await wait("the close on both ends", () => peer.read().end !== undefined && recorder.events.length > 1);
    expect([peer.end, recorder.events]).toEqual(["FIN", ["opened", "closed well"]]);
  });
});

afterAll(() => {
  if (wakeFd >= 0) closeDescriptor(wakeFd);
});
