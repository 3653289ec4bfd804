import { expect, test } from "bun:test";
import { FakeLink, refused, standing } from "./fake-link.fixture.ts";
import { firstSilences, scanIdle, silencesBetween, type IdleFinding } from "./idle-scan.ts";
import type { Dialling } from "../reach/heartbeat.ts";
import { VirtualTime } from "./virtual-time.fixture.ts";

/** Scans links of one kind in virtual time. */
async function scan(
  maxMs: number,
  dial: (time: VirtualTime) => Dialling,
): Promise<{ finding: IdleFinding; tookMs: number }> {
  const time = new VirtualTime();
  const startMs = time.nowMs();
  const stop = new AbortController().signal;
  const world = { after: time.after, nowMs: time.nowMs, timeoutMs: 5_000, stop, onTrial: () => {} };
  const scanning = scanIdle(maxMs, { ...world, dial: () => dial(time) });
  const hours = time.pass(3_600_000);
  const finding = await scanning;
  const tookMs = time.nowMs() - startMs;
  await hours;
  return { finding, tookMs };
}

/** A link that is forgotten in silence when nothing was sent for so long; `timeoutMs` later that is clear. */
function forgetful(time: VirtualTime, limitMs: number, timeoutMs = 0): Dialling {
  const link = new FakeLink();
  let lastMs = time.nowMs();
  link.next = () => {
    const isDead = time.nowMs() - lastMs > limitMs;
    lastMs = time.nowMs();
    if (!isDead) return { kind: "echoed", rttNs: 1 };
    return new Promise((resolve) =>
      time.after(timeoutMs, () => resolve({ kind: "timed-out", heard: new Uint8Array() })),
    );
  };
  return standing(link);
}

test("silences double at first, up to the longest", () => {
  expect(firstSilences(10_000)).toEqual([1_000, 2_000, 4_000, 8_000, 10_000]);
  expect(firstSilences(500)).toEqual([500]);
});

test("the next ones lie between, until that is close enough", () => {
  expect(silencesBetween(256_000, 512_000)).toHaveLength(8);
  expect(silencesBetween(300_000, 305_000)).toEqual([]);
});

test("finds a middlebox that forgets after 300 s, in a few times that", async () => {
  const { finding, tookMs } = await scan(1_200_000, (time) => forgetful(time, 300_000));
  if (finding.kind !== "limit") throw new Error(finding.kind);
  expect(finding.aliveMs).toBeWithin(290_000, 300_001);
  expect(finding.deadMs).toBeWithin(300_000, 310_000);
  expect(finding.deadMs - finding.aliveMs).toBeLessThan(6_100);
  expect(tookMs).toBeLessThan(4 * 512_000);
});

test("a connection that is ended while it is silent tells the limit at once", async () => {
  const { finding, tookMs } = await scan(1_200_000, (time) => {
    const link = new FakeLink();
    time.after(30_000, () => link.reset());
    return standing(link);
  });
  expect(finding).toMatchObject({ kind: "limit", aliveMs: 16_000, deadMs: 30_000, how: "connection reset by peer" });
  expect(tookMs).toBeLessThan(32_000);
});

test("one that lives by chance beyond the limit, before that is known, does not make nonsense of it", async () => {
  let dialled = 0;
  const { finding } = await scan(64_000, (time) => {
    // The eleventh is silent for 23.1 s, while the one of 21.3 s still waits for its echo.
    return forgetful(time, ++dialled === 11 ? 1e9 : 20_000, 5_000);
  });
  if (finding.kind !== "limit") throw new Error(finding.kind);
  expect(finding.aliveMs).toBeWithin(19_000, 20_001);
  expect(finding.deadMs).toBeWithin(20_000, 21_000);
});

test("no limit, and whether probes of the server may have been the reason", async () => {
  const silent = await scan(60_000, () => standing(new FakeLink()));
  expect(silent.finding).toEqual({ kind: "none", testedMs: 60_000, isProbed: false });
  const probed = await scan(60_000, (time) => {
    const link = new FakeLink();
    time.after(50_000, () => (link.segmentsIn = 1));
    return standing(link);
  });
  expect(probed.finding).toMatchObject({ kind: "none", isProbed: true });
});

test("a server that is gone ends it", async () => {
  expect((await scan(60_000, refused)).finding).toMatchObject({ kind: "unreachable" });
});
