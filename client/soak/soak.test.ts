import { describe, expect, test } from "bun:test";
import { heapStats } from "bun:jsc";
import type { Exchange } from "../reach/ping-connection.ts";
import type { SoakEvent, SoakSetting } from "./events.ts";
import { FakeLink, refused, standing } from "./fake-link.fixture.ts";
import type { Dialling } from "../reach/heartbeat.ts";
import { soak } from "./soak.ts";
import { SoakSummary } from "./summary.ts";
import { VirtualTime } from "./virtual-time.fixture.ts";

const setting: SoakSetting = { target: "a:1", connections: 1, everyMs: 1_000, stallMs: 1_000, timeoutMs: 5_000 };
const HOUR_MS = 3_600_000;

/** A soak under way in virtual time, with what it has told so far. */
function start(changes: Partial<SoakSetting>, dial: () => Dialling, keepsEvents = true) {
  const time = new VirtualTime();
  const stop = new AbortController();
  const events: SoakEvent[] = [];
  const summary = new SoakSummary();
  const onEvent = (event: SoakEvent): void => {
    summary.add(event);
    if (keepsEvents && event.kind !== "tick") events.push(event);
  };
  const ended = soak({ ...setting, ...changes }, { after: time.after, nowMs: time.nowMs, dial, onEvent }, stop.signal);
  return { time, events, summary, end: () => (stop.abort(), ended) };
}

describe("a soak", () => {
  test("of connections that stay up is stable", async () => {
    const links = [new FakeLink(), new FakeLink()];
    let dialled = 0;
    const { time, events, summary, end } = start({ connections: 2 }, () => standing(links[dialled++] as FakeLink));
    await time.pass(60_000);
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
    expect(links.every(({ isFinished }) => isFinished)).toBe(true);
  });

  test("sees a reset at once, though no heartbeat is under way, and counts the outage until the connection stands", async () => {
    const links: FakeLink[] = [];
    let isDown = false;
    const { time, events, summary, end } = start({ everyMs: 60_000 }, () => {
      if (isDown) return refused();
      links.push(new FakeLink());
      return standing(links.at(-1) as FakeLink);
    });
    await time.pass(30_000);
    isDown = true;
    links[0]?.reset();
    await time.pass(5_000);
    isDown = false;
    await time.pass(25_000);
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

  test("tells of an echo that takes long, and breaks the connection of one that takes too long", async () => {
    const link = new FakeLink();
    const { time, events, summary, end } = start({}, () => standing(link));
    await time.pass(1_500);
    link.next = () => ({ kind: "echoed", rttNs: 1.5e9 });
    await time.pass(1_000);
    link.next = () => ({ kind: "timed-out", heard: new Uint8Array() });
    await time.pass(1_000);
    await end();
    expect(events.find(({ kind }) => kind === "stall")).toMatchObject({ tookMs: 1_500 });
    expect(events.find(({ kind }) => kind === "break")).toMatchObject({ cause: "echo-timed-out" });
    expect(summary.figures.stalls).toEqual({ total: 1, longestMs: 1_500 });
  });

  test("stopped while it finds out that a connection has gone, it counts nothing that was not sent", async () => {
    const link = new FakeLink();
    const { time, summary, end } = start({ everyMs: 60_000 }, () => standing(link));
    await time.pass(1_000);
    const exchange = Promise.withResolvers<Exchange>();
    link.reset(() => exchange.promise);
    await time.pass(1);
    const ended = end();
    exchange.resolve({ kind: "closed", code: "ECONNRESET", heard: new Uint8Array() });
    await ended;
    expect(summary.figures).toMatchObject({ sent: 1, echoed: 1, breaks: { total: 0 } });
  });

  test("a connection that is down at the end counts as down until then", async () => {
    const { time, summary, end } = start({}, refused);
    await time.pass(10_000);
    await end();
    expect(summary.figures.outages).toMatchObject({ total: 1, openNow: 1 });
    expect(summary.figures.availability).toBeLessThan(0.01);
  });

  test("a server that takes connections and ends them at once is one outage, and not dialled without a pause", async () => {
    let dialled = 0;
    const { time, events, end } = start({}, () => {
      dialled++;
      const link = new FakeLink();
      link.reset();
      return standing(link);
    });
    await time.pass(10_000);
    await end();
    expect(events.map(({ kind }) => kind)).toEqual(["start", "break", "end"]);
    expect(dialled).toBeWithin(10, 15);
  });

  test("a day takes no more memory than an hour", async () => {
    let links: FakeLink[] = [];
    const { time, summary, end } = start(
      { connections: 4, everyMs: 5_000 },
      () => {
        links.push(new FakeLink());
        return standing(links.at(-1) as FakeLink);
      },
      false,
    );
    const hour = async (): Promise<number> => {
      for (let quarter = 0; quarter < 4; quarter++) {
        await time.pass(HOUR_MS / 4);
        const broken = links;
        links = [];
        for (const link of broken) link.reset();
        await time.pass(1_000);
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
