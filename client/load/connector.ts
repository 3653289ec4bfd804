import type { Timers } from "../../lib/timers.ts";
import { connectFirst, type PendingConnect } from "../transport/happy-eyeballs.ts";
import type { Address } from "../transport/transport.ts";

/** Connects under way at once: more would only overrun the server's backlog. */
const MAX_CONNECTING = 256;

/** What the connector needs of a connection. */
interface Connecting {
  readonly slot: number;
  readonly isOpen: boolean;
  readonly isConnecting: boolean;
}

/** What the connector needs of the connection pool. */
export interface ConnectorPool<C> {
  /** Starts a connection to an address, beside the slots. */
  attempt(address: Address): C;
  abort(connection: C): void;
  /** Starts the connection of a slot. */
  connect(slot: number): void;
}

/** A connect to one of the target's addresses. */
interface Attempt<C> extends PendingConnect {
  readonly address: Address;
  readonly connection: C;
}

/** Which address answered, with the connection to it; and all that were tried. */
export interface ProbeOutcome<C> {
  readonly winner: Pick<Attempt<C>, "address" | "connection"> | undefined;
  readonly attempts: ReadonlyArray<Pick<Attempt<C>, "address" | "connection">>;
}

/** Opens a thread's connections: the first one to find out which address answers, then the others, some at a time. */
export class Connector<C extends Connecting> {
  readonly #pool: ConnectorPool<C>;
  readonly #timers: Timers;
  readonly #slots: number;
  readonly #stop = new AbortController();
  readonly #attempts = new Map<C, (isOpen: boolean) => void>();
  /** slots whose first connect is under way */
  readonly #connecting = new Set<number>();
  #nextSlot = 0;
  #onOpenEnded = (): void => {};

  /** The pool's owner calls `onConnectEnded` when a connect has succeeded or failed. */
  constructor(slots: number, pool: ConnectorPool<C>, timers: Timers) {
    this.#slots = slots;
    this.#pool = pool;
    this.#timers = timers;
  }

  onConnectEnded(connection: C): void {
    const settle = this.#attempts.get(connection);
    this.#attempts.delete(connection);
    if (settle) settle(connection.isOpen);
    else if (this.#connecting.delete(connection.slot)) this.#onOpenEnded();
  }

  /** Starts no more connects, and aborts those of a probe. */
  stop(): void {
    this.#nextSlot = this.#slots;
    this.#stop.abort();
  }

  /** Connects to the addresses by Happy Eyeballs until one accepts. Its connection is that of slot 0. */
  async probe(addresses: readonly Address[]): Promise<ProbeOutcome<C>> {
    const race = connectFirst(addresses, (address) => this.#attempt(address), {
      timers: this.#timers,
      stop: this.#stop.signal,
    });
    const winner = await race.winner;
    if (winner) this.#nextSlot = Math.max(1, this.#nextSlot);
    return { winner, attempts: winner ? [] : await race.attempts };
  }

  #attempt(address: Address): Attempt<C> {
    const { promise: connected, resolve } = Promise.withResolvers<boolean>();
    const connection = this.#pool.attempt(address);
    this.#attempts.set(connection, resolve);
    // A connect to this machine may have ended already.
    if (!connection.isConnecting) this.onConnectEnded(connection);
    return { address, connection, connected, close: () => this.#pool.abort(connection) };
  }

  /** Connects all slots that are left; settles when each connect has succeeded or failed. */
  open(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let isConnecting = false;
    const connectMore = (): void => {
      // A connect to this machine may end before `connect` returns; the loop below then goes on by itself.
      if (isConnecting) return;
      isConnecting = true;
      while (this.#connecting.size < MAX_CONNECTING && this.#nextSlot < this.#slots) {
        const slot = this.#nextSlot++;
        this.#connecting.add(slot);
        this.#pool.connect(slot);
      }
      isConnecting = false;
      if (this.#connecting.size === 0) resolve();
    };
    this.#onOpenEnded = connectMore;
    connectMore();
    return promise;
  }
}
