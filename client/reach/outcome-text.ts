import { ownInterfaces } from "../../lib/address/interfaces.ts";
import { systemErrorPhrase } from "../../lib/error-names.ts";
import { formatDuration } from "../../lib/text/format-units.ts";
import { tlsPhrase } from "../failure/tls-failure.ts";
import type { ConnectOutcome } from "./connect-attempt.ts";
import { icmpMeaning } from "./icmp-meaning.ts";
import type { CloseOutcome, PingFailure } from "./ping-connection.ts";

/** Received characters that a message shows. */
const SHOWN_CHARACTERS = 120;

const escapes: Readonly<Record<string, string>> = { "\r": "\\r", "\n": "\\n", "\t": "\\t", "\\": "\\\\" };

/** Text that is safe to print on a terminal: every byte that is not printable becomes an escape. */
export const escaped = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("latin1")
    .replace(/[^ -~]|\\/g, (each) => escapes[each] ?? `\\x${each.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** The same, cut to a length that fits into a message. */
export function printable(bytes: Uint8Array): string {
  const text = escaped(bytes);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
}

/**
 * Whether this machine has the address. When it reports itself that a host is unreachable, the host did not answer
 * ARP or neighbour discovery.
 */
export const isOwnAddress = (address: string): boolean =>
  Object.values(ownInterfaces()).some((each) => each?.some((one) => one.address === address));

/** How a connect ended, in words. */
export function describeConnect(outcome: ConnectOutcome): string {
  switch (outcome.kind) {
    case "open":
      return "open";
    case "reset":
      return "accepted and reset at once";
    case "refused":
      return "refused: RST came back";
    case "filtered":
      return `filtered: no answer within ${formatDuration(outcome.waitedMs)}`;
    case "rejected": {
      const { from } = outcome.icmp;
      const { words } = icmpMeaning(outcome.icmp);
      const isOwn = from !== undefined && isOwnAddress(from);
      return `rejected: ${words}, says ${isOwn ? `this machine (${from})` : (from ?? "a router")}`;
    }
    case "failed":
      return tlsPhrase(outcome.code) ?? systemErrorPhrase(outcome.code);
  }
}

/** Why a message did not come back, in words. */
export function describePingFailure(failure: PingFailure, timeoutMs: number): string {
  switch (failure.kind) {
    case "mismatch":
      return `something other than the echo came back: "${printable(failure.received)}"`;
    case "timed-out":
      return `an echo took longer than ${formatDuration(timeoutMs)}`;
    case "ended":
      return "the server closed the connection";
    case "closed":
      return systemErrorPhrase(failure.code ?? "ECONNRESET");
  }
}

/** What is wrong with how a connection ended that had nothing left to do, in words; undefined when nothing is. */
export function describeClose(outcome: CloseOutcome | undefined, timeoutMs: number): string | undefined {
  if (outcome === "silent") {
    return `the server did not answer FIN within ${formatDuration(timeoutMs)}: it keeps connections open that clients have closed`;
  }
  return outcome === "reset" ? "the server answered FIN with a reset, though everything had come back" : undefined;
}
