import { expect, test } from "bun:test";
import { FakeHeartbeat, opened, refused } from "./fake-heartbeat.fixture.ts";
import { firstIdleTimes, type IdleFinding, idleTimesBetween, scanIdle } from "./idle-scan.ts";
import type { HeartbeatAttempt } from "../reach/heartbeat.ts";
import { VirtualTime } from "./virtual-time.fixture.ts";

/** Scans in virtual time with connections of one kind. */
async function scan(
  maxMs: number,
  connect: (time: VirtualTime) => HeartbeatAttempt,
): Promise<{ finding: IdleFinding; tookMs: number }> {
  const time = new VirtualTime();
  const startMs = time.nowMs();
  const stop = new AbortController().signal;
  const world = { after: time.after, nowMs: time.nowMs, timeoutMs: 5_000, stop, onTrial: () => {} };
  const scanning = scanIdle(maxMs, { ...world, connect: () => connect(time) });
  const hours = time.advance(3_600_000);
  const finding = await scanning;
  const tookMs = time.nowMs() - startMs;
  await hours;
  return { finding, tookMs };
}

/** A connection that the path forgets when it is idle for longer than `limitMs`; the ping then times out. */
function forgetful(time: VirtualTime, limitMs: number, timeoutMs = 0): HeartbeatAttempt {
  const heartbeat = new FakeHeartbeat();
  let lastMs = time.nowMs();
  heartbeat.nextPing = () => {
    const isDead = time.nowMs() - lastMs > limitMs;
    lastMs = time.nowMs();
    if (!isDead) return { kind: "echoed", rttNs: 1 };
    return new Promise((resolve) =>
      time.after(timeoutMs, () => resolve({ kind: "timed-out", received: new Uint8Array() })),
    );
  };
  return opened(heartbeat);
}

test("idle times double at first, up to the longest", () => {
  expect(firstIdleTimes(10_000)).toEqual([1_000, 2_000, 4_000, 8_000, 10_000]);
  expect(firstIdleTimes(500)).toEqual([500]);
});

test("the next ones are between two, until these are close enough", () => {
  expect(idleTimesBetween(256_000, 512_000)).toHaveLength(8);
  expect(idleTimesBetween(300_000, 305_000)).toEqual([]);
});

test("finds a middlebox that forgets connections after 300 s, in a few times that", async () => {
  const { finding, tookMs } = await scan(1_200_000, (time) => forgetful(time, 300_000));
  if (finding.kind !== "limit") throw new Error(finding.kind);
  expect(finding.aliveMs).toBeWithin(290_000, 300_001);
  expect(finding.deadMs).toBeWithin(300_000, 310_000);
  expect(finding.deadMs - finding.aliveMs).toBeLessThan(6_100);
  expect(tookMs).toBeLessThan(4 * 512_000);
});

test("a connection that is closed while idle gives the limit at once", async () => {
  const { finding, tookMs } = await scan(1_200_000, (time) => {
    const heartbeat = new FakeHeartbeat();
    time.after(30_000, () => heartbeat.reset());
    return opened(heartbeat);
  });
  expect(finding).toMatchObject({ kind: "limit", aliveMs: 16_000, deadMs: 30_000, how: "connection reset by peer" });
  expect(tookMs).toBeLessThan(32_000);
});

test("a connection that survives beyond the limit by chance does not confuse the result", async () => {
  let connects = 0;
  const { finding } = await scan(64_000, (time) => {
    // The eleventh is idle for 23.1 s, while the one of 21.3 s still waits for its echo.
    return forgetful(time, ++connects === 11 ? 1e9 : 20_000, 5_000);
  });
  if (finding.kind !== "limit") throw new Error(finding.kind);
  expect(finding.aliveMs).toBeWithin(19_000, 20_001);
  expect(finding.deadMs).toBeWithin(20_000, 21_000);
});

test("no limit, and whether keep-alive probes of the server may be the reason", async () => {
  const quiet = await scan(60_000, () => opened(new FakeHeartbeat()));
  expect(quiet.finding).toEqual({ kind: "none", testedMs: 60_000, isProbed: false, closeProblem: undefined });
  const probed = await scan(60_000, (time) => {
    const heartbeat = new FakeHeartbeat();
    time.after(50_000, () => (heartbeat.segmentsIn = 1));
    return opened(heartbeat);
  });
  expect(probed.finding).toMatchObject({ kind: "none", isProbed: true });
});

test("a server that is down ends it", async () => {
  expect((await scan(60_000, refused)).finding).toMatchObject({ kind: "unreachable" });
});
