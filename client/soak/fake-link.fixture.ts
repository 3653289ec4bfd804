import type { Exchange } from "../reach/ping-connection.ts";
import type { Dialling, Link } from "../reach/heartbeat.ts";

/** A link that does what a test says. */
export class FakeLink implements Link {
  readonly #gone = Promise.withResolvers<void>();
  readonly gone = this.#gone.promise;
  segmentsIn: number | undefined = 0;
  isFinished = false;
  next: () => Exchange | Promise<Exchange> = () => ({ kind: "echoed", rttNs: 200_000 });

  async exchange(): Promise<Exchange> {
    return this.next();
  }

  /** The peer resets it. */
  reset(next: FakeLink["next"] = () => ({ kind: "closed", code: "ECONNRESET", heard: new Uint8Array() })): void {
    this.next = next;
    this.#gone.resolve();
  }

  finish(): void {
    this.isFinished = true;
  }
}

/** A connect that stands at once. */
export const standing = (link: Link): Dialling => ({
  outcome: Promise.resolve({ kind: "open", link }),
  giveUp: () => {},
});

/** A connect that is refused at once. */
export const refused = (): Dialling => ({
  outcome: Promise.resolve({ kind: "failed", cause: "connect-refused", message: "refused: RST came back" }),
  giveUp: () => {},
});
