import { describe, expect, test } from "bun:test";
import { heapStats } from "bun:jsc";
import type { PingOutcome } from "../reach/ping-connection.ts";
import type { SoakEvent, SoakSetting } from "./events.ts";
import { soakAnswer } from "./answer.ts";
import { FakeHeartbeat, opened, refused } from "./fake-heartbeat.fixture.ts";
import type { HeartbeatAttempt } from "../reach/heartbeat.ts";
import { soak } from "./soak.ts";
import { SoakSummary } from "./summary.ts";
import { VirtualTime } from "./virtual-time.fixture.ts";

const setting: SoakSetting = { target: "a:1", connections: 1, everyMs: 1_000, stallMs: 1_000, timeoutMs: 5_000 };
const HOUR_MS = 3_600_000;

/** Starts a soak in virtual time and collects its events. */
function start(changes: Partial<SoakSetting>, connect: () => HeartbeatAttempt, keepsEvents = true) {
  const time = new VirtualTime();
  const stop = new AbortController();
  const events: SoakEvent[] = [];
  const summary = new SoakSummary();
  const onEvent = (event: SoakEvent): void => {
    summary.add(event);
    if (keepsEvents && event.kind !== "tick") events.push(event);
  };
  const ended = soak(
    { ...setting, ...changes },
    { after: time.after, nowMs: time.nowMs, connect, onEvent, hurry: stop.signal },
    stop.signal,
  );
  return { time, events, summary, end: () => (stop.abort(), ended) };
}

describe("a soak", () => {
  test("of connections that stay up is stable", async () => {
    const heartbeats = [new FakeHeartbeat(), new FakeHeartbeat()];
    let connects = 0;
    const { time, events, summary, end } = start({ connections: 2 }, () =>
      opened(heartbeats[connects++] as FakeHeartbeat),
    );
    await time.advance(60_000);
    await end();
    expect(events.map(({ kind }) => kind)).toEqual(["start", "up", "up", "end"]);
    const { observedMs, echoed, sent, availability, nines, mtbfMs } = summary.figures;
    expect({ observedMs, availability, nines, mtbfMs }).toEqual({
      observedMs: 60_000,
      availability: 1,
      nines: null,
      mtbfMs: null,
    });
    expect(echoed).toBe(sent);
    expect(echoed).toBeWithin(120, 124);
    expect(heartbeats.every(({ isShutDown }) => isShutDown)).toBe(true);
  });

  test("says which connections the server did not close as it should, at the end only", async () => {
    const heartbeats = [new FakeHeartbeat(), new FakeHeartbeat()];
    let connects = 0;
    const { time, events, summary, end } = start({ connections: 2 }, () =>
      opened(heartbeats[connects++] as FakeHeartbeat),
    );
    (heartbeats[1] as FakeHeartbeat).closeProblem = "no FIN came";
    await time.advance(10_000);
    await end();
    expect(events.at(-2)).toMatchObject({ kind: "bad-close", connection: 1, message: "no FIN came" });
    expect(summary.figures.badCloses).toEqual({ total: 1, first: "no FIN came" });
    expect(soakAnswer(summary.figures, 2)).toMatchObject({ advice: ["1 connection ended badly: no FIN came"] });
  });

  test("sees a reset at once, even between heartbeats, and counts the outage until a connection is up again", async () => {
    const heartbeats: FakeHeartbeat[] = [];
    let isDown = false;
    const { time, events, summary, end } = start({ everyMs: 60_000 }, () => {
      if (isDown) return refused();
      heartbeats.push(new FakeHeartbeat());
      return opened(heartbeats.at(-1) as FakeHeartbeat);
    });
    await time.advance(30_000);
    isDown = true;
    heartbeats[0]?.reset();
    await time.advance(5_000);
    isDown = false;
    await time.advance(25_000);
    await end();
    const [, , broken, recovered] = events;
    expect(broken).toMatchObject({ kind: "break", cause: "reset", ageMs: 30_000, silentMs: 30_000 });
    expect(recovered).toMatchObject({ kind: "recover", failedConnects: 8 });
    const { outages, availability, breaks } = summary.figures;
    expect(breaks).toEqual({ total: 1, byCause: { reset: 1 } });
    expect(outages.total).toBe(1);
    expect(outages.longestMs).toBeWithin(5_000, 6_000);
    expect(availability).toBeCloseTo(1 - outages.totalMs / 60_000, 9);
  });

  test("reports a slow echo as a stall, and an echo that takes too long as a break", async () => {
    const heartbeat = new FakeHeartbeat();
    const { time, events, summary, end } = start({}, () => opened(heartbeat));
    await time.advance(1_500);
    heartbeat.nextPing = () => ({ kind: "echoed", rttNs: 1.5e9 });
    await time.advance(1_000);
    heartbeat.nextPing = () => ({ kind: "timed-out", received: new Uint8Array() });
    await time.advance(1_000);
    await end();
    expect(events.find(({ kind }) => kind === "stall")).toMatchObject({ tookMs: 1_500 });
    expect(events.find(({ kind }) => kind === "break")).toMatchObject({ cause: "echo-timed-out" });
    expect(summary.figures.stalls).toEqual({ total: 1, longestMs: 1_500 });
  });

  test("does not count a heartbeat when it is stopped just after the connection broke", async () => {
    const heartbeat = new FakeHeartbeat();
    const { time, summary, end } = start({ everyMs: 60_000 }, () => opened(heartbeat));
    await time.advance(1_000);
    const outcome = Promise.withResolvers<PingOutcome>();
    heartbeat.reset(() => outcome.promise);
    await time.advance(1);
    const ended = end();
    outcome.resolve({ kind: "closed", code: "ECONNRESET", received: new Uint8Array() });
    await ended;
    expect(summary.figures).toMatchObject({ sent: 1, echoed: 1, breaks: { total: 0 } });
  });

  test("a connection that is down at the end counts as down until then", async () => {
    const { time, summary, end } = start({}, refused);
    await time.advance(10_000);
    await end();
    expect(summary.figures.outages).toMatchObject({ total: 1, openNow: 1 });
    expect(summary.figures.availability).toBeLessThan(0.01);
  });

  test("a server that accepts connections and closes them at once is one outage, and connects have pauses between them", async () => {
    let connects = 0;
    const { time, events, end } = start({}, () => {
      connects++;
      const heartbeat = new FakeHeartbeat();
      heartbeat.reset();
      return opened(heartbeat);
    });
    await time.advance(10_000);
    await end();
    expect(events.map(({ kind }) => kind)).toEqual(["start", "break", "end"]);
    expect(connects).toBeWithin(10, 15);
  });

  test("a day takes no more memory than an hour", async () => {
    let heartbeats: FakeHeartbeat[] = [];
    const { time, summary, end } = start(
      { connections: 4, everyMs: 5_000 },
      () => {
        heartbeats.push(new FakeHeartbeat());
        return opened(heartbeats.at(-1) as FakeHeartbeat);
      },
      false,
    );
    const hour = async (): Promise<number> => {
      for (let quarter = 0; quarter < 4; quarter++) {
        await time.advance(HOUR_MS / 4);
        const broken = heartbeats;
        heartbeats = [];
        for (const heartbeat of broken) heartbeat.reset();
        await time.advance(1_000);
      }
      Bun.gc(true);
      return heapStats().heapSize;
    };
    const first = await hour();
    let last = first;
    for (let i = 1; i < 24; i++) last = await hour();
    await end();
    expect(summary.figures.breaks.total).toBe(4 * 4 * 24);
    expect(last - first).toBeLessThan(500_000);
  }, 60_000);
});
