import type { Address } from "../transport/transport.ts";
import type { AttemptResult } from "../reach/connect-attempt.ts";
import { describeConnect } from "../reach/outcome-text.ts";
import type { PingSummary } from "./ping-summary.ts";
import type { TargetReport } from "./result.ts";
import type { Target } from "./targets.ts";
import type { Verdict } from "./verdict.ts";

/** What a probe finds, stage by stage. */
export interface Findings {
  resolve: TargetReport["resolve"];
  tls: TargetReport["tls"];
  firstEchoNs: number | null;
  heard: string | null;
  path: TargetReport["path"];
  /** the address that was used; undefined when none could be connected to */
  address: Address | undefined;
  /** what was wrong with how the connection ended, in words */
  closeProblem: string | undefined;
  readonly pings: PingSummary;
}

const familyName = ({ family }: Address): "IPv6" | "IPv4" => (family === "ipv6" ? "IPv6" : "IPv4");

const attemptReport = ({ address, outcome }: AttemptResult): TargetReport["attempts"][number] => ({
  address: address.address,
  family: address.family === "ipv6" ? "ipv6" : "ipv4",
  outcome: outcome.kind,
  connectNs: outcome.kind === "open" ? outcome.tookNs : null,
  detail: describeConnect(outcome),
  icmp: outcome.kind === "rejected" ? { ...outcome.icmp, from: outcome.icmp.from ?? null } : null,
});

/** Problems that other programs may have with a target to which this one could connect. */
function warningsOf(results: readonly AttemptResult[], { address: used, path, closeProblem }: Findings): string[] {
  if (!used) return [];
  const lost = path?.retransmits ?? 0;
  const segments = lost === 1 ? "1 segment was" : `${lost} segments were`;
  const losses = lost > 0 ? [`${segments} sent again: packets are lost, or late, on the way`] : [];
  const failed = results
    .filter(({ outcome }) => outcome.kind !== "open")
    .map(
      ({ address, outcome }) =>
        `${address.address} (${familyName(address)}) does not answer like the others: ${describeConnect(outcome)}; programs that try it first are slower, or fail`,
    );
  return [...failed, ...losses, ...(closeProblem === undefined ? [] : [closeProblem])];
}

/** The result of a probe of one target. */
export function toReport(
  target: Target,
  verdict: Verdict,
  results: readonly AttemptResult[],
  findings: Findings,
): TargetReport {
  const { pings, address, closeProblem: _, ...rest } = findings;
  return {
    ...target,
    verdict: verdict.kind,
    isHealthy: verdict.kind === "echoing",
    answer: verdict.answer,
    advice: verdict.advice ?? null,
    warnings: warningsOf(results, findings),
    attempts: results.map(attemptReport),
    address: address?.address ?? null,
    ...rest,
    pings: { sent: pings.sent, received: pings.received, lossPercent: pings.lossPercent, rttNs: pings.rttNs },
  };
}
