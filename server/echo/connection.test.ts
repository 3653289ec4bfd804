import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { connectEcho, receive } from "./echo.fixture.ts";

const connected = (bufferBytes = 10) => connectEcho({ bufferBytes });

describe("EchoConnection", () => {
  test("echoes at once while the socket has room", () => {
    const { channel, connection } = connected();
    receive(connection, Buffer.from("hello"));
    expect(Buffer.from(channel.written).toString()).toBe("hello");
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

  test("counts bytes as echoed when the channel has sent them, not when it has taken them", () => {
    const { channel, connection } = connected();
    channel.sendsAtOnce = false;
    receive(connection, Buffer.from("hello"));
    expect([connection.rxBytes, connection.txBytes]).toEqual([5, 0]);
    channel.send();
    expect(connection.txBytes).toBe(5);
  });

  test("is finished once the channel has sent its last byte, and says so", () => {
    const { channel, connection, seen } = connected();
    channel.sendsAtOnce = false;
    receive(connection, Buffer.from("hello"));
    connection.ended();
    expect([channel.calls, connection.isFinished]).toEqual([["shutdown"], false]);
    channel.send();
    expect([connection.isFinished, seen.at(-1)]).toEqual([true, "progress"]);
  });

  test("reads again once half of the buffer is free", () => {
    const { channel, connection } = connected(10);
    channel.room = 0;
    receive(connection, Buffer.alloc(20));
    channel.room = 14;
    connection.drained();
    expect(channel.calls).toEqual(["pause"]);
    channel.room = 1;
    connection.drained();
    expect(channel.calls).toEqual(["pause", "resume"]);
  });

  test("answers FIN only after the last pending byte", () => {
    const { channel, connection } = connected();
    channel.room = 2;
    receive(connection, Buffer.from("hello"));
    connection.ended();
    expect(channel.calls).toEqual([]);
    channel.room = 3;
    connection.drained();
    expect(Buffer.from(channel.written).toString()).toBe("hello");
    expect(channel.calls).toEqual(["shutdown"]);
  });

  test("answers FIN at once when nothing is pending, and only once", () => {
    const { channel, connection } = connected();
    connection.ended();
    connection.drained();
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
    connection.drained();
    expect(Buffer.from(channel.written).toString()).toBe("hello");
    expect(channel.calls).toEqual(["pause", "shutdown", "resume"]);
    expect([connection.rxBytes, connection.txBytes]).toEqual([9, 5]);
  });

  test("keeps what a broken channel does not take until it closes, and passes on the reason", () => {
    const { channel, connection, seen } = connected(1);
    channel.room = 1;
    receive(connection, Buffer.from("hello"));
    connection.drained();
    connection.closed("ECONNRESET");
    expect([channel.calls, connection.txBytes, seen.at(-1)]).toEqual([["pause"], 1, "closed ECONNRESET"]);
  });

  test("a verbose log has a DATA line for each read, and for echoes that had to wait", () => {
    const events: unknown[] = [];
    const log = { isVerbose: true, event: (event: unknown) => void events.push(event) };
    const { channel, connection } = connectEcho({ log });
    channel.room = 2;
    receive(connection, Buffer.from("hello"));
    channel.room = 10;
    connection.drained();
    expect(events).toEqual([
      { kind: "DATA", client: "unix#1", rxBytes: 5, txBytes: 2 },
      { kind: "DATA", client: "unix#1", rxBytes: 0, txBytes: 3 },
    ]);
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
            connection.drained();
          }
          expect(sent.length - channel.written.length).toBeLessThanOrEqual(bufferBytes + 30);
        }
        connection.ended();
        channel.room = Number.POSITIVE_INFINITY;
        connection.drained();
        expect(channel.written).toEqual(sent);
        expect(connection.txBytes).toBe(sent.length);
        expect(channel.calls.filter((call) => call === "shutdown")).toHaveLength(1);
      }),
    );
  });
});
