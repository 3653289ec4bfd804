import { colors } from "consola/utils";
import { harmless, visible } from "../../lib/text/harmless.ts";
import { renderTable } from "../../lib/text/text-table.ts";
import { formatCount, formatDuration, formatLatency, plural } from "../../lib/text/format-units.ts";
import { row, wrap } from "../report/report-lines.ts";
import type { PingOutcome } from "../reach/ping-connection.ts";
import type { ProbeResult, TargetReport } from "./result.ts";
import { formatTarget, type Target } from "./targets.ts";

/** Targets with the same problem that are named. */
const NAMED = 8;

/** A percentage with at most two decimals. */
const percentText = (percent: number): string => `${Number(percent.toFixed(2))} %`;

/** One ping, as it happens. */
export function renderPing(target: Target, sequence: number, outcome: PingOutcome): string {
  const how =
    outcome.kind === "echoed"
      ? `time=${formatLatency(outcome.rttNs)}`
      : { mismatch: "not the echo", "timed-out": "no answer", ended: "closed", closed: "reset" }[outcome.kind];
  return `${visible(formatTarget(target))}  seq=${sequence}  ${how}`;
}

const attemptLine = ({ address, connectNs, detail }: TargetReport["attempts"][number], width: number): string =>
  `${address.padEnd(width)}  ${connectNs === null ? colors.red(detail) : `open after ${formatLatency(connectNs)}`}`;

/** Rows under one title, which is on the first of them. */
const titled = (title: string, lines: readonly string[]): string[] =>
  lines.map((line, i) => row(i === 0 ? title : "", line));

function describePings({ pings }: TargetReport): string[] {
  const { sent, received, lossPercent, rttNs } = pings;
  if (sent === 0) return [];
  const counts = `${plural(sent, "ping")} sent, ${formatCount(received)} came back, ${percentText(lossPercent)} lost`;
  if (!rttNs) return [counts];
  const { min, mean, max, mdev, jitter } = rttNs;
  const times = [min, mean, max, mdev].map(formatLatency).join(" / ");
  return [counts, `min/avg/max/mdev ${times}, jitter ${formatLatency(jitter)}`];
}

function describePath({ path }: TargetReport): string[] {
  if (!path) return [];
  const { sndMss, pathMtuBytes, rttUs, minRttUs, retransmits, congestionControl } = path;
  return [
    `MSS ${formatCount(sndMss)}, path MTU ${formatCount(pathMtuBytes)}, ${plural(retransmits, "retransmit")}`,
    `TCP's own rtt ${formatLatency(rttUs * 1e3)} (min ${formatLatency(minRttUs * 1e3)})${congestionControl ? `, ${congestionControl}` : ""}`,
  ];
}

function describeTls({ tls }: TargetReport): string[] {
  if (!tls) return [];
  const { protocol, cipher, certificate, isVerified } = tls.session;
  return [
    `${protocol} with ${cipher} after ${formatLatency(tls.handshakeNs)}`,
    `${certificate.subject}, valid to ${certificate.validTo.slice(0, 10)}${isVerified ? "" : ", not verified"}`,
  ];
}

const mark = ({ isHealthy }: TargetReport): string => (isHealthy ? colors.green("OK") : colors.red("FAIL"));

/** The report on one target: first in words, then in figures. */
export function renderTarget(target: TargetReport): string[] {
  const { answer, advice, warnings, resolve, attempts, firstEchoNs } = target;
  const width = Math.max(0, ...attempts.map(({ address }) => address.length));
  const names = resolve.addresses.length;
  const isName = resolve.addresses[0] !== target.host;
  return [
    `${colors.bold(formatTarget(target))}  ${mark(target)}  ${answer}`,
    ...(advice === null ? [] : [`  ${advice}`]),
    ...warnings.map((warning) => `  ${colors.yellow("warning")} ${warning}`),
    "",
    ...(isName
      ? [row("Name", `${names === 1 ? "1 address" : `${names} addresses`} after ${formatLatency(resolve.tookNs)}`)]
      : []),
    ...titled(
      "Connect",
      attempts.map((each) => attemptLine(each, width)),
    ),
    ...titled("TLS", describeTls(target)),
    ...(firstEchoNs === null ? [] : [row("First echo", `after ${formatLatency(firstEchoNs)}`)]),
    ...titled("Pings", describePings(target)),
    ...titled("Path", describePath(target)),
  ];
}

const matrixTitles = ["target", "verdict", "connect", "echo, avg", "lost", "retransmits"] as const;

function matrixCells(target: TargetReport): string[] {
  const { verdict, attempts, address, pings, path } = target;
  const connectNs = attempts.find((each) => each.address === address)?.connectNs ?? null;
  return [
    formatTarget(target),
    verdict,
    connectNs === null ? "" : formatLatency(connectNs),
    pings.rttNs ? formatLatency(pings.rttNs.mean) : "",
    pings.sent > 0 ? percentText(pings.lossPercent) : "",
    path ? formatCount(path.retransmits) : "",
  ];
}

/** One row for each target, with as many columns as fit the width. */
function renderMatrix(targets: readonly TargetReport[], width: number): string {
  const rows = targets.map(matrixCells);
  for (let columns: number = matrixTitles.length; ; columns--) {
    const table = renderTable(
      matrixTitles.slice(0, columns),
      rows.map((cells) => cells.slice(0, columns)),
    );
    // The line below the header is as wide as the table.
    if (columns === 2 || (table.split("\n")[1] ?? "").length <= width) return table;
  }
}

function summary({ targets, verdict }: ProbeResult): string {
  const healthy = targets.filter(({ isHealthy }) => isHealthy).length;
  const words = `${formatCount(healthy)} of ${plural(targets.length, "target")} healthy`;
  if (verdict === "interrupted") return colors.yellow(`INTERRUPTED  ${words} until then`);
  return verdict === "pass" ? colors.green(`PASS  ${words}`) : colors.red(`FAIL  ${words}`);
}

/** The problems, each once for all targets that have it. */
function renderProblems(targets: readonly TargetReport[]): string[] {
  const wrong = targets.filter((target) => !target.isHealthy || target.warnings.length > 0);
  const groups = Map.groupBy(wrong, ({ answer, advice, warnings }) => JSON.stringify([answer, advice, warnings]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const names = group.slice(0, NAMED).map(formatTarget).join(", ");
    const more = group.length > NAMED ? ` and ${group.length - NAMED} more` : "";
    const lines = [first.advice ?? [], first.warnings].flat();
    return [`${colors.bold(names)}${more}  ${first.answer}`, ...lines.map((line) => `  ${line}`)];
  });
}

/** The result as text: one target in full, or a matrix of several and their problems. @param width columns */
export function renderProbe(foreign: ProbeResult, width: number): string {
  const result = harmless(foreign);
  const { targets } = result;
  const [only] = targets;
  const fit = (lines: readonly string[]): string => lines.flatMap((line) => wrap(line, width)).join("\n");
  if (targets.length === 1 && only) return `${fit(renderTarget(only))}\n`;
  const problems = renderProblems(targets);
  return `${[renderMatrix(targets, width), ...(problems.length > 0 ? [fit(problems)] : []), summary(result)].join("\n\n")}\n`;
}

/** The progress line for many targets. */
export const renderCount = (done: number, of: number, elapsedMs: number): string =>
  `${formatCount(done)} of ${plural(of, "target")} after ${formatDuration(elapsedMs)}`;
