import { formatDuration, plural } from "../../lib/text/format-units.ts";
import { asInvoked } from "../../lib/invocation.ts";
import type { IdleFinding } from "./idle-scan.ts";
import type { SoakFigures } from "./summary.ts";

/** The result in words. */
export interface Answer {
  readonly answer: string;
  readonly advice: readonly string[];
}

/** Whether there were neither breaks nor stalls. */
export const isStable = ({ breaks, stalls }: SoakFigures): boolean => breaks.total === 0 && stalls.total === 0;

/** The answer of a soak. */
export function soakAnswer(figures: SoakFigures, connections: number): Answer {
  const { breaks, stalls, observedMs, patterns, outages, badCloses } = figures;
  const watched = `in ${formatDuration(observedMs)} on ${plural(connections, "connection")}`;
  const closes =
    badCloses.total === 0 ? [] : [`${plural(badCloses.total, "connection")} ended badly: ${badCloses.first}`];
  if (isStable(figures)) return { answer: `stable: no break and no stall ${watched}`, advice: closes };
  const found = [
    breaks.total > 0 ? plural(breaks.total, "break") : "",
    stalls.total > 0 ? plural(stalls.total, "stall") : "",
  ];
  const down = outages.openNow > 0 ? `; ${plural(outages.openNow, "connection")} down at the end` : "";
  return {
    answer: `unstable: ${found.filter(Boolean).join(" and ")} ${watched}${down}`,
    advice: [...patterns.map(({ message, advice }) => `${message}: ${advice}`), ...closes],
  };
}

const probed = asInvoked(
  "the server sends keep-alive probes, which may keep the connection alive: try again with bun run server --keepalive 0",
);

const closeAdvice = ({ closeProblem }: { readonly closeProblem: string | undefined }): string[] =>
  closeProblem === undefined ? [] : [closeProblem];

/** The answer of an idle scan. */
export function idleAnswer(finding: IdleFinding): Answer {
  switch (finding.kind) {
    case "none":
      return {
        answer: `no limit found: a connection that was idle for ${formatDuration(finding.testedMs)} still worked`,
        advice: [...(finding.isProbed ? [probed] : []), ...closeAdvice(finding)],
      };
    case "limit": {
      const { aliveMs, deadMs, how, isProbed } = finding;
      const keepAlive = formatDuration(Math.max(1, Math.floor(aliveMs / 2)));
      return {
        answer: `idle connections end: still working after ${formatDuration(aliveMs)}, not after ${formatDuration(deadMs)} (${how})`,
        advice: [
          `let programs send something, or enable TCP keep-alive, at least every ${keepAlive}`,
          ...(isProbed ? [probed] : []),
          ...closeAdvice(finding),
        ],
      };
    }
    case "unreachable":
      return { answer: `the scan failed: ${finding.message}`, advice: [] };
    case "interrupted":
      return {
        answer:
          finding.deadMs === null
            ? `no limit found up to ${formatDuration(finding.aliveMs)} of idle time`
            : `a limit between ${formatDuration(finding.aliveMs)} and ${formatDuration(finding.deadMs)} of idle time`,
        advice: [],
      };
  }
}
