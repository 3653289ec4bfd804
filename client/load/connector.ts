import type { Address } from "../transport/channel.ts";

/** Connects under way at once: more would only overrun the server's backlog. */
const MAX_CONNECTING = 256;

/** What the opener needs of a connection. */
interface Opening {
  readonly isOpen: boolean;
}

/** Opens a thread's connections: the first one to find out which address answers, then the others, some at a time. */
export class Connector<C extends Opening> {
  readonly #dial: (address: Address, slot: number) => void;
  readonly #connections: number;
  #next = 0;
  #onSettled: (connection: C) => void = () => {};

  /** @param dial starts connection number `slot`, after which `settled` tells how that went */
  constructor(connections: number, dial: (address: Address, slot: number) => void) {
    this.#connections = connections;
    this.#dial = dial;
  }

  /** To be called when a connect has succeeded or failed. */
  settled(connection: C): void {
    this.#onSettled(connection);
  }

  /** Dials no more. */
  stop(): void {
    this.#next = this.#connections;
  }

  /** Opens the first connection to the first address that takes it. @returns that address */
  async probe(addresses: readonly Address[]): Promise<Address | undefined> {
    for (const address of addresses) {
      const { promise, resolve } = Promise.withResolvers<C>();
      this.#onSettled = resolve;
      this.#dial(address, 0);
      if (!(await promise).isOpen) continue;
      this.#next = Math.max(1, this.#next);
      return address;
    }
    return undefined;
  }

  /** Dials all connections that are left; settles when each has succeeded or failed. */
  open(address: Address): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let connecting = 0;
    let isDialling = false;
    const dialMore = (): void => {
      // A connect to this machine may settle before `dial` returns: the loop below then goes on by itself.
      if (isDialling) return;
      isDialling = true;
      while (connecting < MAX_CONNECTING && this.#next < this.#connections) {
        connecting++;
        this.#dial(address, this.#next++);
      }
      isDialling = false;
      if (connecting === 0) resolve();
    };
    this.#onSettled = () => {
      connecting--;
      dialMore();
    };
    dialMore();
    return promise;
  }
}
