import { formatDuration } from "../../lib/units.ts";
import { systemErrorPhrase } from "../../lib/error-names.ts";
import { asInvoked } from "../../lib/invocation.ts";
import { tlsPhrase } from "../failure/tls-failure.ts";
import type { Exchange } from "../reach/ping-connection.ts";
import { printable } from "../reach/printable.ts";
import { guessService } from "./service.ts";
import { icmpMeaning } from "../reach/icmp-meaning.ts";
import { describeOutcome, isOwnAddress } from "../reach/outcome-text.ts";
import type { ConnectOutcome } from "../reach/connect-attempt.ts";

/** What can be the matter with a target. */
export const verdictKinds = [
  "echoing",
  "unstable",
  "not-echo",
  "silent",
  "closed",
  "reset",
  "refused",
  "filtered",
  "port-unreachable",
  "host-unreachable",
  "net-unreachable",
  "prohibited",
  "unreachable",
  "name-unknown",
  "resolver-failed",
  "tls-mismatch",
  "tls-failed",
  "local-failure",
] as const;

export type VerdictKind = (typeof verdictKinds)[number];

/** An answer: what is the matter, in a sentence, and what to do about it. */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly answer: string;
  /** undefined where there is nothing to be done */
  readonly advice: string | undefined;
}

const start = "start one there with: bun run server";

const advice: Readonly<Record<Exclude<VerdictKind, "echoing" | "not-echo">, string>> = {
  unstable:
    "look for loss on the way (retransmits below) or for a middlebox that ends connections; client soak watches for longer",
  silent: "it may wait for something, or be stuck: check that an echo server listens on this port",
  closed:
    "the server may be full or not allow this address (--max-conns and --allow of an echobench server): its log says why",
  reset:
    "a firewall or proxy may accept for a server that is down, or the server refuses this address: its log says why",
  refused: `the host is up, and nothing listens on this port or only on another address; ${start}`,
  filtered:
    "a firewall drops the packets in silence, or the host is down: allow the port on the host and on every firewall on the way",
  "port-unreachable": "a firewall on the host rejects the port: allow it there",
  "host-unreachable":
    "the host is down, or it is not where its router expects it: check its power, cable, address and VLAN",
  "net-unreachable": "no route leads there: check the routes of this machine and of the router named above",
  prohibited: "a firewall rejects it on purpose: allow the port there",
  unreachable: "check the path to the host",
  "name-unknown": "check the spelling; if it is right, the name is missing in DNS",
  "resolver-failed": "check /etc/resolv.conf and whether the name server can be reached",
  "tls-mismatch": "one side speaks TLS and the other does not: give --tls exactly when the server has a certificate",
  "tls-failed": "the connection stands, and TLS does not: check the certificates of both sides",
  "local-failure": "this machine lacks something: check its addresses, free ports and descriptor limit (ulimit -n)",
};

const verdict = (kind: Exclude<VerdictKind, "echoing" | "not-echo">, answer: string): Verdict => ({
  kind,
  answer,
  advice: asInvoked(advice[kind]),
});

const failedKinds: Readonly<Record<string, Exclude<VerdictKind, "echoing" | "not-echo">>> = {
  ENETUNREACH: "net-unreachable",
  EHOSTUNREACH: "host-unreachable",
  ETIMEDOUT: "filtered",
  EACCES: "prohibited",
  EPERM: "prohibited",
};

const silentNeighbour = "it does not answer ARP or neighbour discovery on its own network: ";

/** Why a connect did not come about. */
export function connectVerdict(outcome: Exclude<ConnectOutcome, { kind: "open" }>): Verdict {
  const words = describeOutcome(outcome);
  if (outcome.kind === "rejected") {
    const { verdict: kind } = icmpMeaning(outcome.icmp);
    const { from } = outcome.icmp;
    const isSilent = kind === "host-unreachable" && from !== undefined && isOwnAddress(from);
    const found = verdict(kind, words);
    return isSilent ? { ...found, advice: silentNeighbour + (found.advice ?? "") } : found;
  }
  if (outcome.kind !== "failed") return verdict(outcome.kind, words);
  return verdict(failedKinds[outcome.code] ?? "local-failure", words);
}

/** Why a name has no address. @param problem the resolver's; undefined when it knows no such name */
export const nameVerdict = (host: string, problem: string | undefined): Verdict =>
  problem === undefined
    ? verdict("name-unknown", `unknown name: "${host}" has no address`)
    : verdict("resolver-failed", `"${host}" could not be looked up: ${problem}`);

const notTls = new Set(["WRONG_VERSION_NUMBER", "UNEXPECTED_MESSAGE", "UNEXPECTED_RECORD", "PACKET_LENGTH_TOO_LONG"]);

/** Why the TLS handshake failed. @param code of `tlsCode`, or of a system error */
export function tlsVerdict(code: string): Verdict {
  const words = tlsPhrase(code) ?? systemErrorPhrase(code);
  return verdict(notTls.has(code.replace(/^TLS_/, "")) ? "tls-mismatch" : "tls-failed", words);
}

/** What speaks on the port instead of an echo server. @param echo what should have come back */
function strangerVerdict(heard: Uint8Array, echo: Uint8Array): Verdict {
  const said = `it said "${printable(heard)}"`;
  const service = guessService(heard);
  if (service?.endsWith("TLS")) return verdict("tls-mismatch", `open, but not in plain text: ${service} answers`);
  const isUpperCase = Buffer.from(heard).toString("latin1") === Buffer.from(echo).toString("latin1").toUpperCase();
  if (isUpperCase) {
    const cure = "the server runs with --transform uppercase: give --expect-transform uppercase here too";
    return { kind: "not-echo", answer: "open, and it sends everything back in capitals", advice: cure };
  }
  const cure = asInvoked(`another service has this port: choose another one, and ${start}`);
  return {
    kind: "not-echo",
    answer: `open, but not an echo server${service ? `: ${service}` : ""}; ${said}`,
    advice: cure,
  };
}

/** Why the first message did not come back. @param echo what should have come back */
export function firstEchoVerdict(
  exchange: Exclude<Exchange, { kind: "echoed" }>,
  echo: Uint8Array,
  timeoutMs: number,
): Verdict {
  const had = exchange.heard.length === 0 ? "" : `, after ${exchange.heard.length} of ${echo.length} bytes`;
  switch (exchange.kind) {
    case "different":
      return strangerVerdict(exchange.heard, echo);
    case "timed-out":
      return verdict("silent", `open, but silent: nothing more came back within ${formatDuration(timeoutMs)}${had}`);
    case "ended":
      return verdict("closed", `open, but the server closed the connection${had || " without an answer"}`);
    case "closed":
      return verdict("reset", `open, but reset on accept: ${systemErrorPhrase(exchange.code ?? "ECONNRESET")}${had}`);
  }
}

/** A target whose echoes come back. */
export const echoingVerdict = (): Verdict => ({ kind: "echoing", answer: "open and echoing", advice: undefined });

/** A target that echoed at first. @param what went wrong then */
export const unstableVerdict = (what: string): Verdict =>
  verdict("unstable", `open and echoing, but unstable: ${what}`);
