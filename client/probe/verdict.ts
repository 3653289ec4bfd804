import { formatDuration } from "../../lib/text/format-units.ts";
import { systemErrorPhrase } from "../../lib/error-names.ts";
import { asInvoked } from "../../lib/invocation.ts";
import { tlsPhrase } from "../failure/tls-failure.ts";
import type { ConnectFailure } from "../reach/connect-attempt.ts";
import { icmpMeaning } from "../reach/icmp-meaning.ts";
import { describeConnect, describePingFailure, isOwnAddress, printable } from "../reach/outcome-text.ts";
import type { PingFailure } from "../reach/ping-connection.ts";
import { identifyService } from "./service.ts";

/** The verdicts on a target. */
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

/** A verdict in words, and what to do about it. */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly answer: string;
  /** undefined when there is nothing to do */
  readonly advice: string | undefined;
}

const startServer = "start one there with: bun run server";

/** The verdicts that have one advice each. */
type FixedKind = Exclude<VerdictKind, "echoing" | "not-echo">;

const adviceOn: Readonly<Record<FixedKind, string>> = {
  unstable:
    "look for loss on the way (retransmits below) or for a middlebox that closes connections; client soak watches for longer",
  silent: "it may be waiting for something, or be stuck: check that an echo server listens on this port",
  closed:
    "the server may be full or not allow this address (--max-conns and --allow of an echobench server): its log says why",
  reset:
    "a firewall or proxy may accept connections for a server that is down, or the server refuses this address: its log says why",
  refused: `the host is up, and nothing listens on this port or only on another address; ${startServer}`,
  filtered:
    "a firewall drops the packets, or the host is down: allow the port on the host and on every firewall on the way",
  "port-unreachable": "a firewall on the host rejects the port: allow it there",
  "host-unreachable":
    "the host is down, or not in the network where its router expects it: check its power, cable, address and VLAN",
  "net-unreachable": "there is no route to the host: check the routes of this machine and of the router named above",
  prohibited: "a firewall is configured to reject it: allow the port there",
  unreachable: "check the path to the host",
  "name-unknown": "check the spelling; if it is right, the name is missing in DNS",
  "resolver-failed": "check /etc/resolv.conf and whether the name server can be reached",
  "tls-mismatch": "one side uses TLS and the other does not: give --tls if, and only if, the server has a certificate",
  "tls-failed": "TCP connects, but the TLS handshake fails: check the certificates of both sides",
  "local-failure": "the cause is on this machine: check its addresses, free ports and descriptor limit (ulimit -n)",
};

/** On a target that is unstable because bytes differ, which has nothing to do with loss. */
const wrongBytes =
  "the server, or something on the way, changes bytes or sends old ones: a load on it names what happens to them (bun run client)";

const verdict = (kind: FixedKind, answer: string): Verdict => ({
  kind,
  answer,
  advice: asInvoked(adviceOn[kind]),
});

const failedKinds: Readonly<Record<string, FixedKind>> = {
  ENETUNREACH: "net-unreachable",
  EHOSTUNREACH: "host-unreachable",
  ETIMEDOUT: "filtered",
  EACCES: "prohibited",
  EPERM: "prohibited",
};

const noNeighbourAnswer = "it does not answer ARP or neighbour discovery on its own network: ";

/** The verdict on a target to which the connect failed. */
export function connectVerdict(outcome: ConnectFailure): Verdict {
  const words = describeConnect(outcome);
  if (outcome.kind === "rejected") {
    const { verdict: kind } = icmpMeaning(outcome.icmp);
    const { from } = outcome.icmp;
    const isSilent = kind === "host-unreachable" && from !== undefined && isOwnAddress(from);
    const found = verdict(kind, words);
    return isSilent ? { ...found, advice: noNeighbourAnswer + (found.advice ?? "") } : found;
  }
  if (outcome.kind !== "failed") return verdict(outcome.kind, words);
  return verdict(failedKinds[outcome.code] ?? "local-failure", words);
}

/** The verdict on a name without an address. @param problem of the resolver; undefined when the name does not exist */
export const nameVerdict = (host: string, problem: string | undefined): Verdict =>
  problem === undefined
    ? verdict("name-unknown", `unknown name: "${host}" has no address`)
    : verdict("resolver-failed", `"${host}" could not be looked up: ${problem}`);

const notTls = new Set(["WRONG_VERSION_NUMBER", "UNEXPECTED_MESSAGE", "UNEXPECTED_RECORD", "PACKET_LENGTH_TOO_LONG"]);

/** The verdict on a failed TLS handshake. @param code of `tlsCode`, or of a system error */
export function tlsVerdict(code: string): Verdict {
  const words = tlsPhrase(code) ?? systemErrorPhrase(code);
  return verdict(notTls.has(code.replace(/^TLS_/, "")) ? "tls-mismatch" : "tls-failed", words);
}

/** The verdict on a port where something other than an echo server answers. @param echo what should have come back */
function otherServiceVerdict(received: Uint8Array, echo: Uint8Array): Verdict {
  const said = `it said "${printable(received)}"`;
  const service = identifyService(received);
  if (service === "a TLS server") return verdict("tls-mismatch", `open, but not in plain text: ${service} answers`);
  const isUpperCase = Buffer.from(received).toString("latin1") === Buffer.from(echo).toString("latin1").toUpperCase();
  if (isUpperCase) {
    const advice = "the server runs with --transform uppercase: give --expect-transform uppercase here too";
    return { kind: "not-echo", answer: "open, and it sends everything back in capitals", advice };
  }
  const advice = asInvoked(`another service uses this port: choose another one, and ${startServer}`);
  return {
    kind: "not-echo",
    answer: `open, but not an echo server${service ? `: ${service}` : ""}; ${said}`,
    advice,
  };
}

/** The verdict on a target that did not echo the first message. @param echo what should have come back */
export function firstEchoVerdict(failure: PingFailure, echo: Uint8Array, timeoutMs: number): Verdict {
  const after = failure.received.length === 0 ? "" : `, after ${failure.received.length} of ${echo.length} bytes`;
  switch (failure.kind) {
    case "mismatch":
      return otherServiceVerdict(failure.received, echo);
    case "timed-out":
      return verdict("silent", `open, but silent: nothing more came back within ${formatDuration(timeoutMs)}${after}`);
    case "ended":
      return verdict("closed", `open, but the server closed the connection${after || " without an answer"}`);
    case "closed":
      return verdict("reset", `open, but reset on accept: ${systemErrorPhrase(failure.code ?? "ECONNRESET")}${after}`);
  }
}

/** The verdict on a healthy target. */
export const echoingVerdict = (): Verdict => ({ kind: "echoing", answer: "open and echoing", advice: undefined });

/** The verdict on a target that echoed at first. @param failure of a later message */
export const unstableVerdict = (failure: PingFailure, timeoutMs: number): Verdict => ({
  ...verdict("unstable", `open and echoing, but unstable: ${describePingFailure(failure, timeoutMs)}`),
  ...(failure.kind === "mismatch" && { advice: asInvoked(wrongBytes) }),
});
