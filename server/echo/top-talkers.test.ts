import { expect, test } from "bun:test";
import { createStore, greedySocket, receive } from "./echo.fixture.ts";
import { Peer } from "./peer.ts";
import { TopTalkers, TOP_TALKERS } from "./top-talkers.ts";

const peerNamed = (name: string): Peer =>
  new Peer(greedySocket, { name, bufferBytes: 1, nowMs: 0, speaksTls: false, store: createStore() });

test("top talkers are the peers that moved most since the last look, then those that moved most in total", () => {
  const peers = Array.from({ length: 12 }, (_, i) => peerNamed(`p${i}`));
  const topTalkers = new TopTalkers(0);
  for (const [i, peer] of peers.entries()) receive(peer.echo, new Uint8Array(i + 1));
  const first = topTalkers.look(peers, 2_000);
  expect(first).toHaveLength(TOP_TALKERS);
  expect(first[0]).toEqual({ client: "p11", connectedMs: 2_000, bytesIn: 12, bytesOut: 12, bytesPerSecond: 12 });
  if (peers[0]) receive(peers[0].echo, new Uint8Array(3));
  const second = topTalkers.look(peers, 3_000);
  expect(second.slice(0, 2).map(({ client, bytesPerSecond }) => [client, bytesPerSecond])).toEqual([
    ["p0", 6],
    ["p11", 0],
  ]);
});
