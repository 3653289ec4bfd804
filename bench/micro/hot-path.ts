import { colors } from "consola/utils";
import { bench as addBench, group, run } from "mitata";
import { createArrivals } from "../../client/traffic/arrivals.ts";
import { Budget } from "../../client/traffic/budget.ts";
import { MessageRing } from "../../client/traffic/message-ring.ts";
import { createPayload } from "../../client/payload/payload.ts";
import { PayloadTable } from "../../lib/payload/payload-table.ts";
import { TimerHeap } from "../../client/traffic/timer-heap.ts";
import { LatencyHistogram } from "../../lib/latency/histogram.ts";
import { print } from "../../lib/process/output.ts";
import { watchStop } from "../../lib/process/stop.ts";
import { InterruptedError } from "../../lib/errors.ts";
import { eventLoopTimers, sleep } from "../../lib/timers.ts";
import { BufferPool } from "../../server/transport/buffer-pool.ts";
import { Outbox } from "../../server/peer/outbox.ts";

const table = new PayloadTable(createPayload({ kind: "random" }, 1));

/** Whether output has colours: mitata would write them into files too. */
const hasColors = colors.bold("x") !== "x";

const numberOf = (slot: number): number => slot;

/** Adds a measurement, before which a stop is seen: none comes while one runs, as that does not let the event loop run. */
const bench = (name: string, action: () => unknown): unknown =>
  addBench(name, async function* () {
    const stop = watchStop();
    await sleep(0);
    if (stop.aborted) throw new InterruptedError("interrupted before all was measured");
    yield action;
  });

/**
 * Measures the code that runs for every message or read, without sockets. Before the first measurement, while the machine
 * is calibrated, a signal ends the program as any other.
 * @throws InterruptedError when stopped
 */
export async function runMicro(): Promise<void> {
  group("verify an echo", () => {
    for (const bytes of [64, 1_024, 65_536]) {
      const chunk = table.copy(1_000, bytes);
      bench(`${bytes} B`, () => table.hasAt(1_000, chunk, 0, bytes));
    }
  });
  group("time a message", () => {
    const histogram = new LatencyHistogram();
    let ns = 10_000;
    bench("record a latency", () => {
      ns = (ns * 31) % 999_983;
      histogram.record(ns);
    });
    const ring = new MessageRing(MessageRing.cells(1, 32), 0, 32);
    const budget = new Budget(
      { messages: undefined, bytes: undefined },
      () => 64,
      () => {},
    );
    bench("commit, offer and complete a message", () => {
      ring.push(budget.take(), ns);
      ring.offer(ns, ns);
      ring.shift(ns);
    });
  });
  group("keep a schedule", () => {
    const SLOTS = 1_000;
    const plan = {
      kind: "poisson",
      messagesPerSecond: 20_000,
      connections: SLOTS,
      slots: SLOTS,
      numberOf,
      shard: { index: 0, of: 1 },
      seed: 1,
    } as const;
    const arrivals = createArrivals(plan);
    arrivals.begin(0);
    const queue = new TimerHeap(SLOTS);
    for (let slot = 0; slot < SLOTS; slot++) queue.push(slot, arrivals.due(slot));
    bench("take the next of 1,000 connections and wait again", () => {
      const slot = queue.pop();
      arrivals.advance(slot);
      queue.push(slot, arrivals.due(slot));
    });
  });
  group("keep an unsent echo", () => {
    const outbox = new Outbox(new BufferPool(eventLoopTimers));
    const chunk = Buffer.alloc(65_536);
    const sink = { write: (_bytes: Uint8Array, _offset: number, length: number) => length };
    bench("keep 64 KiB and flush it", () => {
      outbox.keep(chunk, 0, chunk.length);
      outbox.flush(sink);
    });
  });
  await run({ throw: true, colors: hasColors, print: (text) => void print(`${text}\n`) });
}
