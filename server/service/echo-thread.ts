import { ThreadPlacement } from "../../lib/loop/thread-placement.ts";
import { threadId } from "../../lib/posix/scheduling.ts";
import type { Timers } from "../../lib/timers.ts";

/** An echo thread among those of a server. */
interface EchoThread {
  /** counted from 0 */
  readonly index: number;
  /** processors for the workers, in turn; none leaves that to the kernel */
  readonly cpus: readonly number[];
}

/** Gives the calling thread, which echoes, its processor, and keeps the other threads of its process on the list too. */
export function placeEchoThread({ index, cpus }: EchoThread, timers: Timers): Disposable {
  const thread = threadId();
  const own = thread === undefined ? [] : [thread];
  return new ThreadPlacement({ workers: own, cpus, firstCpu: index, ownsProcess: true, lowersOthers: false }, timers);
}
