import { networkInterfaces } from "node:os";
import { systemErrorPhrase } from "../../lib/error-names.ts";
import { formatDuration } from "../../lib/units.ts";
import { icmpMeaning } from "./icmp-meaning.ts";
import type { ConnectOutcome } from "./connect-attempt.ts";
import { tlsPhrase } from "../failure/tls-failure.ts";

/** Whether this machine has that address: what it says itself of a host is for want of an answer to ARP or neighbour discovery. */
export const isOwnAddress = (address: string): boolean =>
  Object.values(networkInterfaces()).some((each) => each?.some((one) => one.address === address));

/** How a connect ended, in words. */
export function describeOutcome(outcome: ConnectOutcome): string {
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
