import { expect, test } from "bun:test";
import { connectEcho, receive } from "../echo/echo.fixture.ts";
import { originOf } from "./peer.ts";

test("a peer is idle since the last look that saw bytes move", () => {
  const { connection } = connectEcho();
  expect(connection.idleMs(400)).toBe(400);
  receive(connection, Buffer.from("x"));
  expect(connection.idleMs(500)).toBe(0);
  expect(connection.idleMs(900)).toBe(400);
  expect(connection.disconnectEvent(2_000)).toEqual({
    kind: "DISCONNECT",
    client: "unix#1",
    connectedMs: 2_000,
    rxBytes: 1,
    txBytes: 1,
  });
});

test("a peer is named by its address, and by a number where it has none", () => {
  const remotes = [
    { host: "127.0.0.1", port: 54_321 },
    { host: "::ffff:10.0.0.1", port: 1 },
    { host: "::1", port: 2 },
    { host: undefined, port: 0 },
  ];
  expect(remotes.map((remote) => originOf(remote, "tcp", 7).name)).toEqual([
    "127.0.0.1:54321",
    "10.0.0.1:1",
    "[::1]:2",
    "unknown#7",
  ]);
  expect(originOf({ host: undefined, port: 0 }, "unix", 3)).toEqual({ name: "unix#3", address: undefined });
});
