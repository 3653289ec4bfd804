import { messages } from "../../lib/cli/command.ts";
import { RunFailedError } from "../../lib/errors.ts";
import { baselineOf, type PeersResult, type RivalKind, type RoundTripFigures, type Side } from "./result.ts";

/** A table by names that its users choose: one without a prototype has no `constructor` to be found. */
export const byName = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

/**
 * Adds what one measurement of a rival came to.
 * @throws RunFailedError when it came to nothing, which is no multiple of anything
 */
export function record(
  result: PeersResult,
  side: Side,
  scenario: string,
  rival: string,
  { messagesPerSecond, p99_9Ns }: Pick<RoundTripFigures, "messagesPerSecond" | "p99_9Ns">,
): void {
  if (messagesPerSecond === 0) throw new RunFailedError("nothing came back within the measured time");
  ((result[side][scenario] ??= byName())[rival] ??= []).push(messagesPerSecond);
  ((result.p99_9Ns[side][scenario] ??= byName())[rival] ??= []).push(p99_9Ns);
}

function tablesOf(result: PeersResult, kind: RivalKind): object[] {
  if (kind !== "servers" && kind !== "clients") return [result[kind]];
  return [result[kind], result.p99_9Ns[kind], kind === "servers" ? result.latency : {}];
}

/**
 * Takes a rival out of all tables, since ratios are to the baseline in the same round and a table with holes would pair
 * other rounds.
 * @throws RunFailedError when it is the baseline, without which there is nothing to rank
 */
export function exclude(result: PeersResult, kind: RivalKind, rival: string, reason: string): void {
  if (rival === baselineOf(result, kind))
    throw new RunFailedError(`${rival}, which all others are compared with, failed: ${reason}`);
  for (const table of tablesOf(result, kind))
    for (const rivals of Object.values(table)) delete (rivals as Record<string, unknown>)[rival];
  result.failed[rival] = reason;
  result.failedWhileMeasured.push(rival);
}

/** Makes one measurement. One that fails excludes its rival. */
export async function attempt(
  result: PeersResult,
  kind: RivalKind,
  rival: string,
  what: string,
  make: () => Promise<void>,
) {
  try {
    await make();
  } catch (error) {
    if (!(error instanceof RunFailedError)) throw error;
    messages.error(`${rival}: ${error.message}`);
    exclude(result, kind, rival, `${what}: ${error.message}`);
  }
}
