import { connectFailureKind, type FailureKind } from "../failure/failure.ts";
import type { Address, Connect, SocketSettings } from "../transport/transport.ts";
import { attemptConnect, type ConnectFailure } from "./connect-attempt.ts";
import { describeClose, describeConnect } from "./outcome-text.ts";
import { createPingMessages } from "./ping-message.ts";
import type { PingConnection, PingFailure, PingOutcome } from "./ping-connection.ts";

/** A connection that carries heartbeats: small messages of which every echoed byte is compared. */
export interface HeartbeatConnection {
  /** Sends one heartbeat and waits for its echo. */
  ping(): Promise<PingOutcome>;
  /** settles when the peer has sent FIN or the connection is closed */
  readonly disconnected: Promise<unknown>;
  /** segments received so far; undefined where the kernel has no TCP_INFO */
  readonly segmentsIn: number | undefined;
  /** Sends FIN, and closes the connection if the peer does not answer it soon. */
  shutdown(): void;
  /**
   * Sends FIN and waits for the peer's.
   * @param hurry after it, the peer has a moment left
   * @returns what was wrong with its answer, in words; undefined when nothing was, or when there was no time
   */
  close(hurry: AbortSignal): Promise<string | undefined>;
}

/** How opening a connection ended. */
export type HeartbeatResult =
  | { readonly kind: "open"; readonly connection: HeartbeatConnection }
  | { readonly kind: "failed"; readonly cause: FailureKind; readonly message: string };

/** A connect that has been started. */
export interface HeartbeatAttempt {
  readonly result: Promise<HeartbeatResult>;
  abort(): void;
}

/** What all heartbeat connections of a command have in common. Times in ms. */
export interface HeartbeatSettings {
  readonly address: Address;
  readonly sockets: SocketSettings;
  /** bytes of a heartbeat */
  readonly size: number;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
}

const connectFailureKinds = {
  reset: "reset",
  refused: "connect-refused",
  filtered: "connect-timed-out",
  rejected: "connect-unreachable",
} as const;

function kindOf(outcome: ConnectFailure): FailureKind {
  if (outcome.kind !== "failed") return connectFailureKinds[outcome.kind];
  return outcome.code.startsWith("TLS_") ? "tls" : connectFailureKind(outcome.code);
}

function toHeartbeat(connection: PingConnection, { size, timeoutMs }: HeartbeatSettings): HeartbeatConnection {
  const nextMessage = createPingMessages(size);
  return {
    ping() {
      const message = nextMessage();
      return connection.ping(message, message, timeoutMs);
    },
    disconnected: connection.disconnected,
    get segmentsIn() {
      return connection.tcpInfo?.segmentsIn;
    },
    shutdown: () => connection.shutdown(),
    close: async (hurry) => describeClose(await connection.close(timeoutMs, hurry), timeoutMs),
  };
}

/** Opens a heartbeat connection. @param nowNs monotonic */
export function openHeartbeat(connect: Connect, settings: HeartbeatSettings, nowNs: () => number): HeartbeatAttempt {
  const { address, sockets, connectTimeoutMs: timeoutMs } = settings;
  const { connection, outcome, abort } = attemptConnect(address, { connect, sockets, timeoutMs, nowNs });
  return {
    result: outcome.then((ended): HeartbeatResult => {
      if (ended.kind === "open") return { kind: "open", connection: toHeartbeat(connection, settings) };
      return { kind: "failed", cause: kindOf(ended), message: describeConnect(ended) };
    }),
    abort,
  };
}

/** The kind of failure that a heartbeat without an echo counts as. */
export const pingFailureKinds = {
  mismatch: "mismatch",
  "timed-out": "echo-timed-out",
  ended: "closed-early",
  closed: "reset",
} as const satisfies Record<PingFailure["kind"], FailureKind>;
