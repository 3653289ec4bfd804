import { IcmpWatch, type IcmpError } from "../../lib/posix/icmp-error.ts";
import { eventLoopTimers } from "../../lib/timers.ts";
import type { Address, Connect, SocketSettings } from "../transport/transport.ts";
import type { PendingConnect } from "../transport/happy-eyeballs.ts";
import { type OpenResult, PingConnection } from "./ping-connection.ts";

/** How a connect to one address ended. */
export type ConnectOutcome =
  | { readonly kind: "open"; readonly tookNs: number }
  /** it was established, and the peer reset it at once */
  | { readonly kind: "reset" }
  /** the port answered with RST */
  | { readonly kind: "refused" }
  /** a router, a firewall or the host answered with ICMP */
  | { readonly kind: "rejected"; readonly icmp: IcmpError }
  /** nothing answered */
  | { readonly kind: "filtered"; readonly waitedMs: number }
  /** anything else; the code is a system error or one of `tlsCode` */
  | { readonly kind: "failed"; readonly code: string };

/** The outcome of a connect that failed. */
export type ConnectFailure = Exclude<ConnectOutcome, { readonly kind: "open" }>;

/** An address, and how the connect to it ended. */
export interface AttemptResult {
  readonly address: Address;
  readonly outcome: ConnectOutcome;
}

/** A connect that has been started. */
export interface ConnectAttempt extends PendingConnect {
  readonly address: Address;
  readonly connection: PingConnection;
  readonly outcome: Promise<ConnectOutcome>;
  /** Aborts the connect, or the connection if it is open. */
  abort(): void;
}

/** How a connect is made. */
export interface ConnectSettings {
  readonly connect: Connect;
  readonly sockets: SocketSettings;
  readonly timeoutMs: number;
  /** monotonic */
  readonly nowNs: () => number;
  /** aborts the connect, or the connection if it is open; the outcome then means nothing */
  readonly stop?: AbortSignal;
}

function outcomeOf(result: OpenResult, icmp: IcmpError | undefined): ConnectOutcome {
  if (result.kind === "open") return result;
  if (icmp) return { kind: "rejected", icmp };
  if (result.code === "ECONNREFUSED") return { kind: "refused" };
  if (result.code === "ECONNRESET" || result.code === "EPIPE") return { kind: "reset" };
  return { kind: "failed", code: result.code };
}

/** Connects to one address and finds out how that ends. */
export function attemptConnect(address: Address, settings: ConnectSettings): ConnectAttempt {
  const { connect, sockets, timeoutMs, nowNs, stop } = settings;
  let watch: IcmpWatch | undefined;
  const prepare = (fd: number, isIpv6: boolean): void => void (watch = new IcmpWatch(fd, isIpv6));
  const connection = new PingConnection(nowNs);
  const abort = connect(address, { ...sockets, prepare }, connection);
  if (stop?.aborted) abort();
  stop?.addEventListener("abort", abort, { once: true });
  const timeout = Promise.withResolvers<"timed-out">();
  const cancel = eventLoopTimers.after(timeoutMs, () => timeout.resolve("timed-out"));
  const outcome = Promise.race([connection.openResult, timeout.promise]).then((result): ConnectOutcome => {
    cancel();
    const ended: ConnectOutcome =
      result === "timed-out" ? { kind: "filtered", waitedMs: timeoutMs } : outcomeOf(result, watch?.take());
    watch?.end();
    if (result === "timed-out") abort();
    return ended;
  });
  const connected = outcome.then(({ kind }) => kind === "open");
  const close = (): void => (connection.isOpen ? connection.shutdown() : abort());
  return { address, connection, outcome, connected, abort, close };
}
