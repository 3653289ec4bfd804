import { echoFor } from "../../lib/posix/echo-for.ts";
import { SocketListener } from "../../lib/posix/listener.ts";
import { allowedCpus } from "../../lib/posix/scheduling.ts";
import { IntervalSeries } from "../measure/intervals.ts";
import { openThreadCounters } from "../measure/thread-counters.ts";
import { isOneWay } from "../../lib/result/load-modes.ts";
import { mix32 } from "../../lib/payload/random.ts";
import { sleep } from "../../lib/timers.ts";
import type { LoadThread } from "./load-thread.ts";
import type { LoadPlan } from "./plan.ts";

/**
 * Long enough for the compilers to see the code at work. Twice, since each load has functions of its own: code that was
 * compiled for those of one load only would be compiled again when the next one begins. First with small messages, as
 * these are so many.
 */
const REHEARSALS = [
  { forMs: 150, largestBytes: 512 },
  { forMs: 250, largestBytes: Number.POSITIVE_INFINITY },
];

const REHEARSED_ROWS = 100;

/** How much longer echoes may take to come back. */
const DRAIN_MS = 250;

const HOST = "127.0.0.1";

/**
 * A load that begins sooner than in this time might begin late if it were rehearsed. With more threads it takes longer,
 * the more so the fewer processors they share.
 */
const LONGEST_MS = 1_000;
const LONGEST_PER_THREAD_MS = 200;

/** Whether there is time for a rehearsal before the start, which may be at a given time. */
function hasTime({ start: { at }, threads }: LoadPlan, nowMs: number): boolean {
  const neededMs = LONGEST_MS + (LONGEST_PER_THREAD_MS * (threads - 1)) / Math.max(1, allowedCpus().length);
  return !at || at.atMs - nowMs > neededMs;
}

/** Whether a load is rehearsed: one of echoes that is warmed up, on sockets that this process can also echo on. */
const isRehearsed = (plan: LoadPlan, nowMs: number): boolean =>
  plan.engine === "epoll" && plan.warmupMs > 0 && plan.mode !== "churn" && !isOneWay(plan.mode) && hasTime(plan, nowMs);

/** Lets this thread make a time series that nobody sees: so it takes 1 ms for a row of the load instead of 20. */
function rehearseRows(): void {
  const counters = openThreadCounters();
  const series = new IntervalSeries([counters], Number.POSITIVE_INFINITY, { hasWays: false, seesRetransmits: true });
  for (let row = 1; row <= REHEARSED_ROWS; row++) {
    // Counts that differ, as those of a load do: others are compressed in less time and memory.
    for (let ns = 10_000; ns < 10_000_000; ns += 10_000) counters.rtt.record(ns, 1 + (mix32(row * ns) % 100));
    series.tick(row * 1_000);
  }
}

function listen(): SocketListener | undefined {
  try {
    return SocketListener.tcp(HOST, 0, 512, false, () => {});
  } catch {
    return undefined;
  }
}

/**
 * Lets the load threads run their load for a moment against this thread, before they connect to the server. Without it
 * the compilers work for seconds on code that is being measured. Where there is no loopback, nothing is rehearsed.
 * @returns the bytes that were echoed
 */
export async function rehearse(plan: LoadPlan, threads: readonly LoadThread[]): Promise<number> {
  const listener = isRehearsed(plan, Date.now()) ? listen() : undefined;
  if (!listener) return 0;
  const address = { family: "ipv4", address: HOST, port: listener.port } as const;
  let echoed = 0;
  for (const rehearsal of REHEARSALS) {
    for (const thread of threads) thread.send({ kind: "rehearse", address, ...rehearsal });
    echoed += echoFor(listener, rehearsal.forMs + DRAIN_MS);
    await Promise.all(threads.map((thread) => thread.event("rehearsed")));
    // A signal that came while this thread echoed is heard now, before the load connects.
    await sleep(0);
  }
  listener.close();
  rehearseRows();
  return echoed;
}
