import type { Address } from "../transport/transport.ts";

/** Connects under way at once: more would only overrun the server's backlog. */
const MAX_CONNECTING = 256;

/** What the connector needs of a connection. */
interface Connecting {
  readonly isOpen: boolean;
}

/** Opens a thread's connections: the first one to find out which address answers, then the others, some at a time. */
export class Connector<C extends Connecting> {
  readonly #connect: (address: Address, slot: number) => void;
  readonly #connections: number;
  #next = 0;
  #onEnded: (connection: C) => void = () => {};

  /** @param connect starts the connection of a slot; `onConnectEnded` is to be called when it has succeeded or failed */
  constructor(connections: number, connect: (address: Address, slot: number) => void) {
    this.#connections = connections;
    this.#connect = connect;
  }

  onConnectEnded(connection: C): void {
    this.#onEnded(connection);
  }

  /** Starts no more connects. */
  stop(): void {
    this.#next = this.#connections;
  }

  /** Opens the first connection, to the first address that accepts it. @returns that address */
  async probe(addresses: readonly Address[]): Promise<Address | undefined> {
    for (const address of addresses) {
      const { promise, resolve } = Promise.withResolvers<C>();
      this.#onEnded = resolve;
      this.#connect(address, 0);
      if (!(await promise).isOpen) continue;
      this.#next = Math.max(1, this.#next);
      return address;
    }
    return undefined;
  }

  /** Connects all slots that are left; settles when each connect has succeeded or failed. */
  open(address: Address): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let connecting = 0;
    let isConnecting = false;
    const connectMore = (): void => {
      // A connect to this machine may end before `#connect` returns; the loop below then goes on by itself.
      if (isConnecting) return;
      isConnecting = true;
      while (connecting < MAX_CONNECTING && this.#next < this.#connections) {
        connecting++;
        this.#connect(address, this.#next++);
      }
      isConnecting = false;
      if (connecting === 0) resolve();
    };
    this.#onEnded = () => {
      connecting--;
      connectMore();
    };
    connectMore();
    return promise;
  }
}
