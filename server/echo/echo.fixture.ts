import type { Channel } from "../../lib/loop/channel.ts";
import type { LogEvent } from "../telemetry/event.ts";
import type { ByteStore } from "../transport/transport.ts";
import { type EchoContext, EchoConnection } from "./connection.ts";

/** Keeps a copy of everything, and counts what was released. */
export function createStore(): ByteStore & { released: number } {
  return {
    released: 0,
    keep: (bytes, offset, length) => new Uint8Array(bytes.subarray(offset, offset + length)),
    release() {
      this.released++;
    },
  };
}

/** A channel that takes what it has room for and records what it is asked to do. */
export class FakeChannel implements Channel {
  readonly fd = undefined;
  room = Number.POSITIVE_INFINITY;
  /** bytes that it took and has not reported as sent */
  heldBytes = 0;
  /** whether it reports bytes as sent when it takes them */
  sendsAtOnce = true;
  written: number[] = [];
  calls: string[] = [];
  onSent: (bytes: number) => void = () => {};

  write(bytes: Uint8Array, offset: number, length: number): number {
    const taken = Math.min(length, this.room);
    this.room -= taken;
    this.written.push(...bytes.subarray(offset, offset + taken));
    this.heldBytes += taken;
    if (this.sendsAtOnce && taken > 0) this.send();
    return taken;
  }

  /** Reports what it holds as sent. */
  send(): void {
    const bytes = this.heldBytes;
    this.heldBytes = 0;
    this.onSent(bytes);
  }

  pause = () => void this.calls.push("pause");
  resume = () => void this.calls.push("resume");
  shutdown = () => void this.calls.push("shutdown");
  close = () => void this.calls.push("close");
  abort = () => void this.calls.push("abort");
}

/** An established connection on a fake channel, and what its owner and its log see. */
export function connectEcho({
  bufferBytes = 1_024,
  name = "unix#1",
  ...context
}: Partial<EchoContext> & { name?: string } = {}) {
  const channel = new FakeChannel();
  const seen: string[] = [];
  const events: LogEvent[] = [];
  const clock = { nowMs: 0 };
  const connection = new EchoConnection(
    {
      bufferBytes,
      store: createStore(),
      transform: undefined,
      tally: { received() {}, echoed() {} },
      log: { isVerbose: false, event: (event) => void events.push(event) },
      owner: {
        onConnected: () => void seen.push("connected"),
        onProgress: () => void seen.push("progress"),
        onClosed: (_connection, code) => void seen.push(`closed ${code ?? "well"}`),
      },
      nowMs: () => clock.nowMs,
      ...context,
    },
    name,
    channel,
  );
  channel.onSent = (bytes) => connection.sent(bytes);
  connection.opened();
  return { channel, connection, seen, events, clock };
}

/** Delivers a read to a connection. */
export const receive = (connection: EchoConnection, chunk: Uint8Array): void =>
  connection.received(chunk, 0, chunk.length);
