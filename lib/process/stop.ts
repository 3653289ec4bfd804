import { type ExitCode, exitCodes } from "../errors.ts";
import { eventLoopTimers, sleep, unlessStopped } from "../timers.ts";
import { messages } from "./messages.ts";
import { restoreStreams } from "./shared-streams.ts";
import { watchSignals } from "./signals.ts";
import { flushStreams } from "./standard-streams.ts";

/** After a stop, how long outputs may wait for their readers, all together. */
const READERS_MS = 250;

/** After a stop, how long a command may take for its end, whatever it waits for. On an idle machine it takes less than 1 s. */
const END_MS = 3_000;

const stopping = new AbortController();

/** Aborted by the first signal that asks the program to end, once `watchStop` was called. */
export const programStop: AbortSignal = stopping.signal;

let isWatching = false;

/**
 * From now on the first SIGINT, SIGTERM or SIGHUP asks the program to end with what it has, and a second one ends it at
 * once. SIGHUP too, because what was measured must not be lost with the terminal. Before that any of them ends the program
 * at once, also while its thread waits for a file: so commands read their input first.
 * @returns `programStop`
 */
export function watchStop(): AbortSignal {
  if (isWatching) return programStop;
  isWatching = true;
  const { stop, force } = watchSignals(["SIGINT", "SIGTERM", "SIGHUP"]);
  stop.addEventListener("abort", () => {
    stopping.abort();
    eventLoopTimers.after(END_MS, () => {
      messages.error("interrupted, and what was measured is lost: the command did not end by itself");
      process.exit(exitCodes.interrupted);
    });
  });
  force.addEventListener("abort", () => process.exit(exitCodes.interrupted));
  return programStop;
}

let readersOver: Promise<void> | undefined;
let isOutputCut = false;

/**
 * Waits until an output was written. After a stop only for a moment, because its reader may have stopped too.
 * @returns whether it was written
 */
export async function untilRead(written: Promise<unknown>): Promise<boolean> {
  const isWritten = written.then(() => true);
  if (await unlessStopped(isWritten, programStop)) return true;
  readersOver ??= sleep(READERS_MS);
  const wasRead = await Promise.race([isWritten, readersOver.then(() => false)]);
  isOutputCut ||= !wasRead;
  return wasRead;
}

/** Ends the program once its output was written, whatever else it has begun: a query of the resolver, a handshake. */
export async function endProgram(): Promise<never> {
  // What nobody reads would hold the end of a process whose writes wait.
  if (await untilRead(flushStreams())) await restoreStreams();
  process.exit(isOutputCut ? exitCodes.interrupted : undefined);
}

/** Ends the program at once, with whatever was not written yet lost. */
export function exitNow(code: ExitCode): never {
  process.exit(code);
}
