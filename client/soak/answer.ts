import { formatDuration, plural } from "../../lib/units.ts";
import { asInvoked } from "../../lib/invocation.ts";
import type { IdleFinding } from "./idle-scan.ts";
import type { SoakFigures } from "./summary.ts";

/** What was found, in words. */
export interface Answer {
  readonly answer: string;
  readonly advice: readonly string[];
}

/** Whether there is nothing to complain of. */
export const isStable = ({ breaks, stalls }: SoakFigures): boolean => breaks.total === 0 && stalls.total === 0;

/** Says how the connections fared. */
export function soakAnswer(figures: SoakFigures, connections: number): Answer {
  const { breaks, stalls, observedMs, patterns, outages } = figures;
  const watched = `in ${formatDuration(observedMs)} on ${plural(connections, "connection")}`;
  if (isStable(figures)) return { answer: `stable: no break and no stall ${watched}`, advice: [] };
  const found = [
    breaks.total > 0 ? plural(breaks.total, "break") : "",
    stalls.total > 0 ? plural(stalls.total, "stall") : "",
  ];
  const down = outages.openNow > 0 ? `; ${plural(outages.openNow, "connection")} down at the end` : "";
  return {
    answer: `unstable: ${found.filter(Boolean).join(" and ")} ${watched}${down}`,
    advice: patterns.map(({ message, advice }) => `${message}: ${advice}`),
  };
}

const probed = asInvoked(
  "the server sends keep-alive probes, which may keep the connection alive: look again with bun run server --keepalive 0",
);

/** Says after how long an idle connection is forgotten. */
export function idleAnswer(finding: IdleFinding): Answer {
  switch (finding.kind) {
    case "none":
      return {
        answer: `no limit found: a connection that was idle for ${formatDuration(finding.testedMs)} was still good`,
        advice: finding.isProbed ? [probed] : [],
      };
    case "limit": {
      const { aliveMs, deadMs, how, isProbed } = finding;
      const keepAlive = formatDuration(Math.max(1, Math.floor(aliveMs / 2)));
      return {
        answer: `idle connections end: good after ${formatDuration(aliveMs)} of silence, not after ${formatDuration(deadMs)} (${how})`,
        advice: [
          `have programs send something, or TCP keep-alive probe, at least every ${keepAlive}`,
          ...(isProbed ? [probed] : []),
        ],
      };
    }
    case "unreachable":
      return { answer: `could not be scanned: ${finding.message}`, advice: [] };
    case "interrupted":
      return {
        answer:
          finding.deadMs === null
            ? `no limit found up to ${formatDuration(finding.aliveMs)} of silence`
            : `a limit between ${formatDuration(finding.aliveMs)} and ${formatDuration(finding.deadMs)} of silence`,
        advice: [],
      };
  }
}
