import type { Timers } from "../../lib/timers.ts";

/** How long an attempt may take before the next one is started beside it: RFC 8305 5, Connection Attempt Delay. */
const HEAD_START_MS = 250;

/** What the order of attempts depends on. */
interface HasFamily {
  readonly family: string;
}

/** A connect that has been started. */
export interface PendingConnect {
  /** Whether it connected; settles once, and never rejects. */
  readonly connected: Promise<boolean>;
  /** Ends it: aborts the connect, or closes the connection if it is open. */
  close(): void;
}

/** Connects to several addresses of one host. */
export interface ConnectRace<C extends PendingConnect> {
  /** the first one to connect, which the caller has to close; undefined when all failed or the race was stopped */
  readonly winner: Promise<C | undefined>;
  /** all that were started, in this order; settles when all of them have ended */
  readonly attempts: Promise<readonly C[]>;
}

/** What a race needs from outside. */
export interface RaceWorld {
  readonly timers: Timers;
  /** closes all attempts except the winner, and starts no more */
  readonly stop: AbortSignal;
}

/** Alternates the families, beginning with the one that the system prefers; each in the system's order: RFC 8305 4. */
export function interleave<A extends HasFamily>(addresses: readonly A[]): readonly A[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const others = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const longest = Math.max(first.length, others.length);
  return Array.from({ length: longest }, (_, i) => [first[i], others[i]])
    .flat()
    .filter((address) => address !== undefined);
}

/** Settles when one of the promises does, or at the end of the head start. */
async function headStart(timers: Timers, ...ends: ReadonlyArray<Promise<unknown>>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = timers.after(HEAD_START_MS, resolve);
  await Promise.race([promise, ...ends]);
  cancel();
}

function startRace<A extends HasFamily, C extends PendingConnect>(
  addresses: readonly A[],
  start: (address: A) => C,
  { timers, stop }: RaceWorld,
  endsWithWinner: boolean,
): ConnectRace<C> {
  const winner = Promise.withResolvers<C | undefined>();
  const attempts: C[] = [];
  let won: C | undefined;
  const closeOthers = (): void => attempts.forEach((attempt) => attempt !== won && attempt.close());
  async function follow(attempt: C): Promise<void> {
    if (!(await attempt.connected)) return;
    if (won || stop.aborted) return attempt.close();
    won = attempt;
    winner.resolve(attempt);
    if (endsWithWinner) closeOthers();
  }
  async function run(): Promise<readonly C[]> {
    const ends: Array<Promise<void>> = [];
    for (const address of interleave(addresses)) {
      if (stop.aborted || (won && endsWithWinner)) break;
      const attempt = start(address);
      const end = follow(attempt);
      attempts.push(attempt);
      ends.push(end);
      await headStart(timers, end, winner.promise);
    }
    await Promise.all(ends);
    winner.resolve(undefined);
    stop.removeEventListener("abort", closeOthers);
    return attempts;
  }
  stop.addEventListener("abort", closeOthers);
  return { winner: winner.promise, attempts: run() };
}

/**
 * Happy Eyeballs (RFC 8305): starts one connect after the other, the next one when the last has failed or its head
 * start is over. The first to connect wins, and all others are closed.
 * @param addresses in the order the system prefers them
 * @param start starts a connect; its attempt knows how it failed
 */
export const connectFirst = <A extends HasFamily, C extends PendingConnect>(
  addresses: readonly A[],
  start: (address: A) => C,
  world: RaceWorld,
): ConnectRace<C> => startRace(addresses, start, world, true);

/** The same, but tries every address and waits for its answer, although one has connected. For diagnosis. */
export const connectAll = <A extends HasFamily, C extends PendingConnect>(
  addresses: readonly A[],
  start: (address: A) => C,
  world: RaceWorld,
): ConnectRace<C> => startRace(addresses, start, world, false);
