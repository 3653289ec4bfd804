import type { Clock } from "../transport/clock.ts";
import type { LoopClock } from "../transport/loop-clock.ts";
import type { Transport } from "../transport/transport.ts";
import { threadMemory } from "../measure/thread-counters.ts";
import { type MessageSize, sizeClasses } from "../payload/message-size.ts";
import { Load } from "./load.ts";
import type { OpenLoopPlan, Rehearsal, ThreadEvent, ThreadPlan } from "./protocol.ts";

/** More connections would only take longer to open. */
const CONNECTIONS = 16;

/** Loopback answers much sooner, or not at all. */
const ANSWER_MS = 200;

/** Messages a second of an open loop: so many that each path is compiled, and few enough to come back in time. */
const MESSAGES_PER_SECOND = 100_000;
const STAGE_MS = 3_600_000;

const WARM_UP_PART = 1 / 3;

/**
 * Turns of the loop after a load. What is called once a turn and not for each message is compiled only after tens of
 * thousands of them, which would else be within the measurement.
 */
const TURNS = 30_000;

/** The same kind of schedule at a rate of its own, for longer than a rehearsal takes. */
function rehearsedLoop({ kind, stages }: OpenLoopPlan): OpenLoopPlan {
  const messagesPerSecond = MESSAGES_PER_SECOND;
  const at = (durationMs: number) => ({ messagesPerSecond, durationMs });
  return { kind, messagesPerSecond, stages: stages && [at(0), at(STAGE_MS)] };
}

/** Small messages are so many more that what is called for each of them is compiled soon. */
function rehearsedSize(size: MessageSize, largestBytes: number): MessageSize {
  return size.kind === "fixed" ? { ...size, bytes: Math.min(size.bytes, largestBytes) } : size;
}

/** The same load with few connections, at full speed, without TLS, a transform or options of its sockets, and with counters that nobody reads. */
function rehearsed(plan: ThreadPlan, largestBytes: number): ThreadPlan {
  const messageSize = rehearsedSize(plan.messageSize, largestBytes);
  const slots = Math.min(plan.slots, CONNECTIONS);
  return {
    ...plan,
    messageSize,
    ...{ index: 0, threads: 1, connections: slots, slots, rampMs: 0, opensOnGrow: false, reconnect: false },
    ...{ messages: undefined, bytes: undefined, sources: [], echo: plan.payload },
    // Where packets over loopback are dropped, the load must not wait for them.
    ...{ connectTimeoutMs: ANSWER_MS, timeoutMs: ANSWER_MS },
    openLoop: plan.openLoop && rehearsedLoop(plan.openLoop),
    sockets: { ...plan.sockets, tls: undefined, options: undefined },
    counters: threadMemory(sizeClasses(messageSize).length),
  };
}

/** Lets a loop go round so often, with nothing to do. */
function turn(loop: LoopClock, times: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  let left = times;
  const next = (): void => {
    left--;
    if (left > 0) loop.soon(next);
    else over.resolve();
  };
  loop.soon(next);
  return over.promise;
}

/**
 * Runs the load for a moment against a server that echoes, and forgets what came of it: the code of the load is then
 * compiled, and what that left behind is collected, before anything is measured.
 */
export async function rehearse(
  plan: ThreadPlan,
  transport: Transport,
  clock: Clock,
  { address, forMs, largestBytes }: Rehearsal,
): Promise<void> {
  const over = Promise.withResolvers<void>();
  const emit = (event: ThreadEvent): void => {
    if (event.kind === "probed") {
      if (event.address) void load.open(event.address);
      else load.stop();
    } else if (event.kind === "opened") {
      const now = clock.nowNs();
      const forNs = forMs * 1e6;
      // Warmed up first, like the load itself: code that has seen only one of both is compiled again at the other.
      load.start({ loadStart: now, windowStart: now + WARM_UP_PART * forNs, windowEnd: now + forNs });
    } else if (event.kind === "finished") {
      over.resolve();
    }
  };
  const load = new Load(rehearsed(plan, largestBytes), transport, clock, emit);
  void load.probe([address]);
  await over.promise;
  await turn(transport.loop, TURNS);
  Bun.gc(true);
}
