import type { StoppingConnection } from "../peer/served-connection.ts";
import { type Timers, within } from "../../lib/timers.ts";

/** How long a shutdown waits for peers to answer its FIN before it closes the connections. */
const PEER_FIN_MS = 500;

/** Ends all connections: first their pending echoes go out, then our FIN; then comes the peer's FIN, then the close. */
export class Shutdown {
  readonly #connections: ReadonlySet<StoppingConnection>;
  readonly #timers: Timers;
  readonly #flushed = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #isFlushed = false;

  /** @param connections live: those that close disappear from it */
  constructor(connections: ReadonlySet<StoppingConnection>, timers: Timers) {
    this.#connections = connections;
    this.#timers = timers;
  }

  #unfinished(): StoppingConnection[] {
    return [...this.#connections].filter(({ isFinished }) => !isFinished);
  }

  /** To be called whenever a connection has sent something or has closed. */
  onProgress(): void {
    if (this.#connections.size === 0) this.#closed.resolve();
    if (this.#isFlushed || this.#unfinished().length > 0) return;
    this.#isFlushed = true;
    this.#flushed.resolve();
  }

  /**
   * @param graceMs how long unsent echoes may take
   * @param force ends every wait at once
   * @returns how many connections were reset with echoes unsent
   */
  async run(graceMs: number, force: AbortSignal): Promise<number> {
    for (const connection of this.#connections) connection.stop();
    this.onProgress();
    await within(this.#flushed.promise, graceMs, force, this.#timers);
    const unfinished = this.#unfinished();
    for (const connection of unfinished) connection.abort();
    this.onProgress();
    await within(this.#closed.promise, PEER_FIN_MS, force, this.#timers);
    for (const connection of [...this.#connections]) connection.close();
    return unfinished.length;
  }
}
