import type { Socket } from "node:net";
import type { Timers } from "../timers.ts";

/** How long a connection may take for its request and the answer. */
const DEADLINE_MS = 10_000;

/** A connection of the admin page. */
interface Held {
  readonly cancelDeadline: () => void;
  /** whether its request has arrived */
  isAsking: boolean;
}

/**
 * Keeps the connections of the admin page few and short, so that descriptors stay for echo connections whatever others
 * do to this port: no request, half of one, or an answer that is never read.
 */
export class ConnectionCap implements Disposable {
  readonly #capacity: number;
  readonly #timers: Timers;
  /** the oldest first */
  readonly #held = new Map<Socket, Held>();

  /** @param capacity connections that may be open at once */
  constructor(capacity: number, timers: Timers) {
    this.#capacity = capacity;
    this.#timers = timers;
  }

  /** @returns whether the connection may stay; one that has not asked anything yet makes room for it */
  admit(socket: Socket): boolean {
    socket.on("error", () => socket.destroy());
    if (this.#held.size >= this.#capacity && !this.#makeRoom()) {
      socket.destroy();
      return false;
    }
    const cancelDeadline = this.#timers.after(DEADLINE_MS, () => socket.destroy());
    this.#held.set(socket, { cancelDeadline, isAsking: false });
    socket.on("close", () => this.#release(socket));
    return true;
  }

  #makeRoom(): boolean {
    const idle = [...this.#held].find(([, { isAsking }]) => !isAsking)?.[0];
    if (!idle) return false;
    this.#release(idle);
    idle.destroy();
    return true;
  }

  #release(socket: Socket): void {
    this.#held.get(socket)?.cancelDeadline();
    this.#held.delete(socket);
  }

  /** The request of a connection has arrived, and is being answered. */
  asked(socket: Socket): void {
    const held = this.#held.get(socket);
    if (held) held.isAsking = true;
  }

  /** The answer of a connection has no end: it may stay open. */
  extend(socket: Socket): void {
    this.#held.get(socket)?.cancelDeadline();
  }

  /** Closes all connections. */
  [Symbol.dispose](): void {
    for (const socket of this.#held.keys()) {
      this.#release(socket);
      socket.destroy();
    }
  }
}
