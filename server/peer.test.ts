import { expect, test } from "bun:test";
import type { Socket } from "bun";
import { Peer } from "./peer.ts";

test("a peer is idle since the last look that saw bytes move", () => {
  const socket = { write: (bytes: Uint8Array) => bytes.length } as unknown as Socket<unknown>;
  const peer = new Peer(socket, { name: "unix#1", bufferBytes: 1_024, nowMs: 0, speaksTls: false });
  expect(peer.idleMs(400)).toBe(400);
  peer.echo.received(Buffer.from("x"));
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
