import { IcmpWatch, type IcmpError } from "../../lib/posix/icmp-error.ts";
import type { Address, Connect, SocketSettings } from "../transport/transport.ts";
import { Conversation, type Opening } from "./ping-connection.ts";

/** How a connect to one address ended. */
export type ConnectOutcome =
  | { readonly kind: "open"; readonly tookNs: number }
  /** it stood, and the peer reset it at once */
  | { readonly kind: "reset" }
  /** the port answers with RST */
  | { readonly kind: "refused" }
  /** a router or firewall, or the host, answers with ICMP */
  | { readonly kind: "rejected"; readonly icmp: IcmpError }
  /** nothing answers */
  | { readonly kind: "filtered"; readonly waitedMs: number }
  /** anything else; the code is of the system error */
  | { readonly kind: "failed"; readonly code: string };

/** One address, and how the connect to it ended. */
export interface Attempt {
  readonly address: Address;
  readonly outcome: ConnectOutcome;
}

/** A connect under way. */
export interface Reaching {
  readonly address: Address;
  readonly conversation: Conversation;
  readonly outcome: Promise<ConnectOutcome>;
  /** Drops it, open or not. */
  giveUp(): void;
}

function outcomeOf(opening: Opening, icmp: IcmpError | undefined): ConnectOutcome {
  if (opening.kind === "open") return opening;
  if (icmp) return { kind: "rejected", icmp };
  if (opening.code === "ECONNREFUSED") return { kind: "refused" };
  if (opening.code === "ECONNRESET" || opening.code === "EPIPE") return { kind: "reset" };
  return { kind: "failed", code: opening.code };
}

/**
 * Connects to one address and finds out how that ends.
 * @param nowNs monotonic
 * @param stop drops it, open or not; what it came to by then means nothing
 */
export function reach(
  connect: Connect,
  address: Address,
  settings: SocketSettings,
  timeoutMs: number,
  nowNs: () => number,
  stop?: AbortSignal,
): Reaching {
  let watch: IcmpWatch | undefined;
  const prepare = (fd: number, isIpv6: boolean): void => void (watch = new IcmpWatch(fd, isIpv6));
  const conversation = new Conversation(nowNs);
  const giveUp = connect(address, { ...settings, prepare }, conversation);
  if (stop?.aborted) giveUp();
  stop?.addEventListener("abort", giveUp, { once: true });
  const silence = Promise.withResolvers<"silent">();
  const timer = setTimeout(() => silence.resolve("silent"), timeoutMs);
  const outcome = Promise.race([conversation.opening, silence.promise]).then((opening): ConnectOutcome => {
    clearTimeout(timer);
    const ended: ConnectOutcome =
      opening === "silent" ? { kind: "filtered", waitedMs: timeoutMs } : outcomeOf(opening, watch?.take());
    watch?.end();
    if (opening === "silent") giveUp();
    return ended;
  });
  return { address, conversation, outcome, giveUp };
}
