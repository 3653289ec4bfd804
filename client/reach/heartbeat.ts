import { libcAvailable, tcpInfoBytes } from "../../lib/posix/libc.ts";
import { readTcpInfo } from "../../lib/posix/tcp-info.ts";
import type { Address, Connect, SocketSettings } from "../transport/transport.ts";
import type { Conversation, Exchange } from "./ping-connection.ts";
import { connectFailureKind, type FailureKind } from "../failure/failure.ts";
import { describeOutcome } from "./outcome-text.ts";
import { type ConnectOutcome, reach } from "./connect-attempt.ts";

/** A connection on which a heartbeat goes out and comes back. */
export interface Link {
  /** One message and its echo, of which every byte is compared. */
  exchange(): Promise<Exchange>;
  /** settles when the peer has ended the connection, or it broke */
  readonly gone: Promise<void>;
  /** segments that have come in; undefined where the kernel does not tell */
  readonly segmentsIn: number | undefined;
  /** Closes it in good order. */
  finish(): void;
}

/** How a connect ended. */
export type Dialled =
  | { readonly kind: "open"; readonly link: Link }
  | { readonly kind: "failed"; readonly cause: FailureKind; readonly message: string };

/** A connect under way. */
export interface Dialling {
  readonly outcome: Promise<Dialled>;
  giveUp(): void;
}

/** What links have in common. Times in ms. */
export interface LinkSettings {
  readonly address: Address;
  readonly sockets: SocketSettings;
  /** bytes of a heartbeat */
  readonly size: number;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
}

const causes = {
  reset: "reset",
  refused: "connect-refused",
  filtered: "connect-timed-out",
  rejected: "connect-unreachable",
} as const;

function causeOf(outcome: Exclude<ConnectOutcome, { kind: "open" }>): FailureKind {
  if (outcome.kind !== "failed") return causes[outcome.kind];
  return outcome.code.startsWith("TLS_") ? "tls" : connectFailureKind(outcome.code);
}

function toLink(conversation: Conversation, { size, timeoutMs }: LinkSettings): Link {
  return {
    exchange() {
      const message = crypto.getRandomValues(new Uint8Array(size));
      return conversation.exchange(message, message, timeoutMs);
    },
    gone: conversation.gone,
    get segmentsIn() {
      const fd = conversation.channel?.fd;
      const bytes = fd === undefined || !libcAvailable ? undefined : tcpInfoBytes(fd);
      return bytes && readTcpInfo(bytes).segmentsIn;
    },
    finish: () => conversation.finish(),
  };
}

/** Opens a link. @param nowNs monotonic */
export function openLink(connect: Connect, settings: LinkSettings, nowNs: () => number): Dialling {
  const { address, sockets, connectTimeoutMs } = settings;
  const { conversation, outcome, giveUp } = reach(connect, address, sockets, connectTimeoutMs, nowNs);
  return {
    outcome: outcome.then((ended): Dialled => {
      if (ended.kind === "open") return { kind: "open", link: toLink(conversation, settings) };
      return { kind: "failed", cause: causeOf(ended), message: describeOutcome(ended) };
    }),
    giveUp,
  };
}

/** The kind of failure that an exchange without its echo is. */
export const exchangeCauses = {
  different: "mismatch",
  "timed-out": "echo-timed-out",
  ended: "closed-early",
  closed: "reset",
} as const satisfies Record<Exclude<Exchange["kind"], "echoed">, FailureKind>;
