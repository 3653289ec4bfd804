import type { Timers } from "../../lib/timers.ts";

/** How long a shutdown waits for peers to answer its FIN before it closes their sockets. */
const FAREWELL_MS = 500;

/** What a shutdown needs of a connected peer's socket. */
export interface StoppingSocket {
  readonly data: { readonly echo: { readonly isFinished: boolean; stop(): void } } | undefined;
  end(): void;
  terminate(): void;
}

/** Settles with the promise, after `ms`, or when the signal aborts, whichever comes first. */
async function within(promise: Promise<void>, ms: number, signal: AbortSignal, timers: Timers): Promise<void> {
  if (signal.aborted) return;
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const cancel = timers.after(ms, resolve);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await Promise.race([promise, over]);
  cancel();
}

/** Ends all peers: their pending echoes first, then our FIN, then their FIN, then the sockets. */
export class Shutdown {
  readonly #sockets: ReadonlySet<StoppingSocket>;
  readonly #timers: Timers;
  readonly #flushed = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #isFlushed = false;

  /** @param sockets the peers that are connected, live: those that close disappear from it */
  constructor(sockets: ReadonlySet<StoppingSocket>, timers: Timers) {
    this.#sockets = sockets;
    this.#timers = timers;
  }

  #unsent(): StoppingSocket[] {
    return [...this.#sockets].filter((socket) => !socket.data?.echo.isFinished);
  }

  /** To be called whenever a peer has sent something or has closed. */
  progress(): void {
    if (this.#sockets.size === 0) this.#closed.resolve();
    if (this.#isFlushed || this.#unsent().length > 0) return;
    this.#isFlushed = true;
    this.#flushed.resolve();
  }

  /**
   * @param graceMs how long unsent echoes may take
   * @param force cuts every wait short
   * @returns how many peers were cut with echoes unsent
   */
  async run(graceMs: number, force: AbortSignal): Promise<number> {
    for (const socket of this.#sockets) socket.data?.echo.stop();
    this.progress();
    await within(this.#flushed.promise, graceMs, force, this.#timers);
    const cut = this.#unsent();
    for (const socket of cut) socket.terminate();
    this.progress();
    await within(this.#closed.promise, FAREWELL_MS, force, this.#timers);
    for (const socket of [...this.#sockets]) socket.end();
    return cut.length;
  }
}
