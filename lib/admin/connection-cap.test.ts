import { expect, test } from "bun:test";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { ConnectionCap } from "./connection-cap.ts";

/** A socket that only knows whether it was destroyed. */
class FakeSocket extends EventEmitter {
  destroyed = false;
  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
}

function createCap(capacity: number) {
  const deadlines: Array<() => void> = [];
  const after = (_ms: number, action: () => void): (() => void) => {
    deadlines.push(action);
    return () => void (deadlines[deadlines.indexOf(action)] = () => {});
  };
  const cap = new ConnectionCap(capacity, { after });
  const sockets: FakeSocket[] = [];
  const connect = () => {
    const socket = new FakeSocket() as FakeSocket & Socket;
    sockets.push(socket);
    cap.admit(socket);
    return socket;
  };
  const open = (): boolean[] => sockets.map(({ destroyed }) => !destroyed);
  return { cap, connect, open, passDeadlines: () => deadlines.forEach((end) => end()) };
}

test("the oldest connection that has asked nothing makes room for a new one", () => {
  const { cap, connect, open } = createCap(2);
  cap.asked(connect());
  connect();
  connect();
  expect(open()).toEqual([true, false, true]);
});

test("a new connection is turned away while all others are being answered, and not afterwards", () => {
  const { cap, connect, open } = createCap(2);
  const asking = [connect(), connect()];
  for (const socket of asking) cap.asked(socket);
  connect();
  expect(open()).toEqual([true, true, false]);
  asking[0]?.destroy();
  connect();
  expect(open()).toEqual([false, true, false, true]);
});

test("a connection ends at its deadline, whether it asked or not, unless its answer has no end", () => {
  const { cap, connect, open, passDeadlines } = createCap(9);
  connect();
  cap.asked(connect());
  cap.extend(connect());
  passDeadlines();
  expect(open()).toEqual([false, false, true]);
});

test("all connections end with it, also those that break", () => {
  const { cap, connect, open } = createCap(9);
  connect().emit("error", new Error("reset"));
  connect();
  cap[Symbol.dispose]();
  expect(open()).toEqual([false, false]);
});
