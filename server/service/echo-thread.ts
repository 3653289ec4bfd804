import { ThreadPlacement } from "../../lib/loop/thread-placement.ts";
import { threadId } from "../../lib/posix/scheduling.ts";
import type { Timers } from "../../lib/timers.ts";

/** An echo thread among those of a server. */
interface EchoThread {
  /** counted from 0 */
  readonly index: number;
  readonly workers: number;
  /** processors for the workers, in turn; none leaves that to the kernel */
  readonly cpus: readonly number[];
}

/** Gives the calling thread, which echoes, its processor, and keeps the other threads of its process out of its way. */
export function placeEchoThread({ index, workers, cpus }: EchoThread, timers: Timers): Disposable {
  const thread = threadId();
  const own = thread === undefined ? [] : [thread];
  return new ThreadPlacement({ workers: own, working: workers, cpus, firstCpu: index, ownsProcess: true }, timers);
}
