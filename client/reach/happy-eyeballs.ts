import type { Address } from "../transport/transport.ts";
import type { Attempt, ConnectOutcome, Reaching } from "./connect-attempt.ts";

/** How long an address is given before the next one is tried beside it: RFC 8305 5, Connection Attempt Delay. */
const ATTEMPT_DELAY_MS = 250;

/** Families in turn, beginning with the one that the system prefers, each in the system's order: RFC 8305 4. */
export function interleave(addresses: readonly Address[]): readonly Address[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const others = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const longest = Math.max(first.length, others.length);
  return Array.from({ length: longest }, (_, i) => [first[i], others[i]])
    .flat()
    .filter((address) => address !== undefined);
}

/** A race of connects. */
export interface Race {
  /** the first that stands, as a program that does Happy Eyeballs would take it; undefined when none does */
  readonly winner: Promise<Reaching | undefined>;
  /** how all of them ended, in the order in which they were tried */
  readonly attempts: Promise<readonly Attempt[]>;
}

/**
 * Connects to all addresses as Happy Eyeballs does (RFC 8305), and unlike it goes on until every address has had its
 * answer. All but the winner are dropped.
 */
export function race(addresses: readonly Address[], start: (address: Address) => Reaching): Race {
  const winner = Promise.withResolvers<Reaching | undefined>();
  let hasWinner = false;
  const settle = (reaching: Reaching, outcome: ConnectOutcome): Attempt => {
    if (outcome.kind === "open" && !hasWinner) {
      hasWinner = true;
      winner.resolve(reaching);
    } else if (outcome.kind === "open") {
      reaching.conversation.finish();
    }
    return { address: reaching.address, outcome };
  };
  async function run(): Promise<readonly Attempt[]> {
    const attempts: Array<Promise<Attempt>> = [];
    for (const address of interleave(addresses)) {
      const reaching = start(address);
      const attempt = reaching.outcome.then((outcome) => settle(reaching, outcome));
      attempts.push(attempt);
      await Promise.race([attempt, winner.promise, Bun.sleep(ATTEMPT_DELAY_MS)]);
    }
    const all = await Promise.all(attempts);
    winner.resolve(undefined);
    return all;
  }
  return { winner: winner.promise, attempts: run() };
}
