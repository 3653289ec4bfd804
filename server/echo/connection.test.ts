import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createStore, receive } from "./echo.fixture.ts";
import { type Channel, EchoConnection } from "./connection.ts";

/** A socket that takes what it is allowed to and notes what is asked of it. */
class FakeChannel implements Channel {
  room = Number.POSITIVE_INFINITY;
  isClosed = false;
  sent: number[] = [];
  calls: string[] = [];

  write(bytes: Uint8Array, offset: number, length: number): number {
    if (this.isClosed) return -1;
    const accepted = Math.min(length, this.room);
    this.room -= accepted;
    this.sent.push(...bytes.subarray(offset, offset + accepted));
    return accepted;
  }
  pause = () => void this.calls.push("pause");
  resume = () => void this.calls.push("resume");
  shutdown = () => void this.calls.push("shutdown");
  terminate = () => void this.calls.push("terminate");
}

function connected(bufferBytes = 10) {
  const channel = new FakeChannel();
  return { channel, connection: new EchoConnection(channel, bufferBytes, createStore()) };
}

describe("EchoConnection", () => {
  test("echoes at once while the socket has room", () => {
    const { channel, connection } = connected();
    receive(connection, Buffer.from("hello"));
    expect(Buffer.from(channel.sent).toString()).toBe("hello");
    expect([connection.rxBytes, connection.txBytes, channel.calls]).toEqual([5, 5, []]);
  });

  test("reads on while no more than the buffer waits, and stops above it", () => {
    const { channel, connection } = connected(10);
    channel.room = 0;
    receive(connection, Buffer.alloc(10));
    expect(channel.calls).toEqual([]);
    receive(connection, Buffer.alloc(1));
    expect(channel.calls).toEqual(["pause"]);
  });

  test("what was taken and then not sent after all goes out first when there is room, and counts once", () => {
    const { channel, connection } = connected(2);
    receive(connection, Buffer.from("hello"));
    channel.sent.length = 2;
    channel.room = 0;
    connection.unsent(Buffer.from("hello"), 2, 3);
    expect([connection.rxBytes, connection.txBytes, channel.calls]).toEqual([5, 2, ["pause"]]);
    receive(connection, Buffer.from("!"));
    channel.room = 10;
    connection.writable();
    expect(Buffer.from(channel.sent).toString()).toBe("hello!");
    expect(connection.txBytes).toBe(6);
  });

  test("reads again once half of the buffer is free", () => {
    const { channel, connection } = connected(10);
    channel.room = 0;
    receive(connection, Buffer.alloc(20));
    channel.room = 14;
    connection.writable();
    expect(channel.calls).toEqual(["pause"]);
    channel.room = 1;
    connection.writable();
    expect(channel.calls).toEqual(["pause", "resume"]);
  });

  test("answers FIN only after the last pending byte", () => {
    const { channel, connection } = connected();
    channel.room = 2;
    receive(connection, Buffer.from("hello"));
    connection.ended();
    expect(channel.calls).toEqual([]);
    channel.room = 3;
    connection.writable();
    expect(Buffer.from(channel.sent).toString()).toBe("hello");
    expect(channel.calls).toEqual(["shutdown"]);
  });

  test("answers FIN at once when nothing is pending, and only once", () => {
    const { channel, connection } = connected();
    connection.ended();
    connection.writable();
    connection.stop();
    expect(channel.calls).toEqual(["shutdown"]);
  });

  test("a stop sends what is pending, echoes nothing new, and then reads and drops the rest", () => {
    const { channel, connection } = connected(1);
    channel.room = 2;
    receive(connection, Buffer.from("hello"));
    connection.stop();
    receive(connection, Buffer.from("more"));
    channel.room = 100;
    connection.writable();
    expect(Buffer.from(channel.sent).toString()).toBe("hello");
    expect(channel.calls).toEqual(["pause", "shutdown", "resume"]);
    expect([connection.rxBytes, connection.txBytes]).toEqual([9, 5]);
  });

  test("drops a connection that a write finds closed, in the middle of a read or of a flush", () => {
    const inRead = connected();
    inRead.channel.isClosed = true;
    receive(inRead.connection, Buffer.from("x"));
    expect([inRead.channel.calls, inRead.connection.isBroken]).toEqual([["terminate"], true]);

    const inFlush = connected(1);
    inFlush.channel.room = 1;
    receive(inFlush.connection, Buffer.from("hello"));
    inFlush.channel.isClosed = true;
    inFlush.connection.writable();
    expect([inFlush.channel.calls, inFlush.connection.txBytes]).toEqual([["pause", "terminate"], 1]);
  });

  test("echoes every byte once and in order for any chunks, any room and any moment of FIN", () => {
    const steps = fc.array(
      fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 30 }).map((chunk) => ({ kind: "chunk", chunk }) as const),
        fc.integer({ min: 0, max: 40 }).map((room) => ({ kind: "room", room }) as const),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 20 }), (all, bufferBytes) => {
        const { channel, connection } = connected(bufferBytes);
        channel.room = 0;
        const sent: number[] = [];
        for (const step of all) {
          const isPaused = channel.calls.lastIndexOf("pause") > channel.calls.lastIndexOf("resume");
          if (step.kind === "chunk" && !isPaused) {
            sent.push(...step.chunk);
            receive(connection, step.chunk);
          } else if (step.kind === "room") {
            channel.room = step.room;
            connection.writable();
          }
          expect(sent.length - channel.sent.length).toBeLessThanOrEqual(bufferBytes + 30);
        }
        connection.ended();
        channel.room = Number.POSITIVE_INFINITY;
        connection.writable();
        expect(channel.sent).toEqual(sent);
        expect(connection.txBytes).toBe(sent.length);
        expect(channel.calls.filter((call) => call === "shutdown")).toHaveLength(1);
      }),
    );
  });
});
