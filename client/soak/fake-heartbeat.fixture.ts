import type { HeartbeatAttempt, HeartbeatConnection } from "../reach/heartbeat.ts";
import type { PingOutcome } from "../reach/ping-connection.ts";

/** A heartbeat connection whose pings a test answers. */
export class FakeHeartbeat implements HeartbeatConnection {
  readonly #disconnected = Promise.withResolvers<void>();
  readonly disconnected = this.#disconnected.promise;
  segmentsIn: number | undefined = 0;
  isShutDown = false;
  closeProblem: string | undefined;
  nextPing: () => PingOutcome | Promise<PingOutcome> = () => ({ kind: "echoed", rttNs: 200_000 });

  async ping(): Promise<PingOutcome> {
    return this.nextPing();
  }

  /** The peer resets the connection. */
  reset(
    nextPing: FakeHeartbeat["nextPing"] = () => ({ kind: "closed", code: "ECONNRESET", received: new Uint8Array() }),
  ): void {
    this.nextPing = nextPing;
    this.#disconnected.resolve();
  }

  shutdown(): void {
    this.isShutDown = true;
  }

  async close(): Promise<string | undefined> {
    this.shutdown();
    return this.closeProblem;
  }
}

/** A connect that succeeds at once. */
export const opened = (connection: HeartbeatConnection): HeartbeatAttempt => ({
  result: Promise.resolve({ kind: "open", connection }),
  abort: () => {},
});

/** A connect that is refused at once. */
export const refused = (): HeartbeatAttempt => ({
  result: Promise.resolve({ kind: "failed", cause: "connect-refused", message: "refused: RST came back" }),
  abort: () => {},
});
