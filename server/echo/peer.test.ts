import { expect, test } from "bun:test";
import { createStore, greedySocket, receive } from "./echo.fixture.ts";
import { Peer } from "./peer.ts";

test("a peer is idle since the last look that saw bytes move", () => {
  const peer = new Peer(greedySocket, {
    name: "unix#1",
    bufferBytes: 1_024,
    nowMs: 0,
    speaksTls: false,
    store: createStore(),
  });
  expect(peer.idleMs(400)).toBe(400);
  receive(peer.echo, Buffer.from("x"));
  expect(peer.idleMs(500)).toBe(0);
  expect(peer.idleMs(900)).toBe(400);
  expect(peer.farewell(2_000)).toEqual({
    kind: "DISCONNECT",
    client: "unix#1",
    connectedMs: 2_000,
    rxBytes: 1,
    txBytes: 1,
  });
});
