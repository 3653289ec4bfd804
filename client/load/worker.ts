import { createClock } from "../transport/clock.ts";
import { Load } from "./load.ts";
import type { Rehearsal, ThreadCommand, ThreadEvent, ThreadPlan } from "./protocol.ts";
import { EpollLoop } from "../../lib/loop/epoll-loop.ts";
import { rehearse } from "./rehearsal.ts";
import type { ThreadEngine } from "../../lib/loop/engine.ts";
import { threadId } from "../../lib/posix/scheduling.ts";
import { createBunTransport } from "../transport/bun-transport.ts";
import { createEpollTransport } from "../transport/epoll-transport.ts";
import type { Transport } from "../transport/transport.ts";

declare const self: Worker;

/** A pause while the thread sleeps is seen but for this. */
const LONGEST_SLEEP_NS = 5e6;

const clock = createClock();
const emit = (event: ThreadEvent): void => self.postMessage(event);
let load: Load | undefined;
let rehearsePlan: ((rehearsal: Rehearsal) => Promise<void>) | undefined;

const createTransport = (engine: ThreadEngine): Transport =>
  engine.kind === "bun"
    ? createBunTransport(clock.nowNs)
    : createEpollTransport(new EpollLoop(clock.nowNs, engine, { longestSleepNs: LONGEST_SLEEP_NS }));

function prepare(plan: ThreadPlan): void {
  const transport = createTransport(plan.engine);
  load = new Load(plan, transport, clock, emit);
  rehearsePlan = (rehearsal) => rehearse(plan, transport, clock, rehearsal);
}

self.addEventListener("message", ({ data: command }: MessageEvent<ThreadCommand>): void => {
  switch (command.kind) {
    case "prepare":
      return prepare(command.plan);
    case "rehearse":
      return void rehearsePlan?.(command).then(() => emit({ kind: "rehearsed" }));
    case "probe":
      return void load?.probe(command.addresses);
    case "open":
      return void load?.open(command.address);
    case "start":
      return load?.start({
        loadStart: clock.fromAbsoluteMs(command.loadStart),
        windowStart: clock.fromAbsoluteMs(command.windowStart),
        windowEnd: clock.fromAbsoluteMs(command.windowEnd),
      });
    case "grow":
      return load?.grow(command.connections);
    case "stop":
      return load?.stop();
  }
});

// Commands that are sent before this event are lost, so the main thread waits for it.
emit({ kind: "ready", threadId: threadId() });
