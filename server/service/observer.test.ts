import { expect, test } from "bun:test";
import { LoopLag } from "../telemetry/loop-lag.ts";
import { RECENT_EVENTS, RecentEvents } from "../telemetry/recent-events.ts";
import { TopTalkers, TOP_TALKERS } from "../echo/top-talkers.ts";

const peerOf = (name: string, bytes: number) => ({ name, connectedAtMs: 0, rxBytes: bytes, txBytes: bytes });

test("top talkers are those who moved most since the last look, then those who moved most at all", () => {
  const peers = Array.from({ length: 12 }, (_, i) => peerOf(`p${i}`, i + 1));
  const watch = new TopTalkers(0);
  const first = watch.look(peers, 2_000);
  expect(first).toHaveLength(TOP_TALKERS);
  expect(first[0]).toEqual({ client: "p11", connectedMs: 2_000, bytesIn: 12, bytesOut: 12, bytesPerSecond: 12 });
  Object.assign(peers[0] ?? {}, { rxBytes: 4, txBytes: 4 });
  const second = watch.look(peers, 3_000);
  expect(second.slice(0, 2).map(({ client, bytesPerSecond }) => [client, bytesPerSecond])).toEqual([
    ["p0", 6],
    ["p11", 0],
  ]);
});

test("the last events are kept, and no DATA", () => {
  const recent = new RecentEvents();
  for (let i = 0; i < 500; i++) {
    recent.add(i, { kind: "CONNECT", client: `c${i}` });
    recent.add(i, { kind: "DATA", client: "c", rxBytes: 1, txBytes: 1 });
  }
  expect(recent.all.at(-1)).toEqual({ kind: "CONNECT", client: "c499", timeMs: 499 });
  expect(recent.all).toHaveLength(RECENT_EVENTS);
  expect(recent.all.some(({ kind }) => kind === "DATA")).toBe(false);
});

test("the lag is the worst of the last 10 s", () => {
  const lag = new LoopLag(0);
  expect(lag.look(100)).toBe(0);
  expect(lag.look(350)).toBe(150);
  let nowMs = 350;
  const looks = Array.from({ length: 100 }, () => lag.look((nowMs += 110)));
  expect(looks[0]).toBe(150);
  expect(looks.at(-1)).toBe(10);
});
