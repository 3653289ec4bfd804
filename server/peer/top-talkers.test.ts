import { expect, test } from "bun:test";
import { TopTalkers, TOP_TALKERS } from "./top-talkers.ts";

const peerOf = (name: string, bytes: number) => ({ name, connectedAtMs: 0, rxBytes: bytes, txBytes: bytes });

test("top talkers are the peers that moved most since the last look, then those that moved most in total", () => {
  const peers = Array.from({ length: 12 }, (_, i) => peerOf(`p${i}`, i + 1));
  const topTalkers = new TopTalkers(0);
  const first = topTalkers.look(peers, 2_000);
  expect(first).toHaveLength(TOP_TALKERS);
  expect(first[0]).toEqual({ client: "p11", connectedMs: 2_000, bytesIn: 12, bytesOut: 12, bytesPerSecond: 12 });
  Object.assign(peers[0] ?? {}, { rxBytes: 4, txBytes: 4 });
  const second = topTalkers.look(peers, 3_000);
  expect(second.slice(0, 2).map(({ client, bytesPerSecond }) => [client, bytesPerSecond])).toEqual([
    ["p0", 6],
    ["p11", 0],
  ]);
});
