import { hasMessages } from "../../lib/result/load-modes.ts";
import { colors } from "consola/utils";
import type { LatencySummary } from "../../lib/latency/latency-summary.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import {
  formatBitRate,
  formatByteRate,
  formatBytes,
  formatCount,
  formatLatency,
  plural,
} from "../../lib/text/format-units.ts";
import { describeSockets } from "../../lib/result/sockets.ts";
import { limitTexts } from "./limit-texts.ts";
import type { LoadOptions } from "./load-options.ts";
import { row } from "./report-lines.ts";

type EcnFigures = Pick<NonNullable<DecodedResult["tcpInfo"]>, "connections" | "ecnConnections">;

function tcp({ tcpInfo }: DecodedResult): string[] {
  if (!tcpInfo) return [];
  return [
    row(
      "TCP",
      `rtt ${formatLatency(tcpInfo.rttUs * 1_000)} (min ${formatLatency(tcpInfo.minRttUs * 1_000)})`,
      `retransmits ${formatCount(tcpInfo.retransmits)}`,
      `cwnd ${formatCount(tcpInfo.cwnd)}`,
      `MSS ${formatCount(tcpInfo.sndMss)}`,
      ecnText(tcpInfo),
    ),
    ...(tcpInfo.advice ? [row("", colors.yellow(tcpInfo.advice))] : []),
  ];
}

/** What was asked of the sockets, as the kernel granted it, and how often it worked. */
function sockets({ sockets: granted, options, fastOpen }: DecodedResult): string[] {
  const granting = granted ? describeSockets(granted, options["congestion"] !== undefined) : [];
  if (fastOpen) {
    const [all, withData] = [formatCount(fastOpen.connections), formatCount(fastOpen.synData)];
    granting.push(`data with the SYN of ${withData} of ${all} connections`);
  }
  return granting.length > 0 ? [row("Sockets", ...granting)] : [];
}

/** How many of the connections use ECN, if any does. */
function ecnText({ connections, ecnConnections }: EcnFigures): string {
  if (!ecnConnections) return "";
  return ecnConnections === connections
    ? "ECN"
    : `ECN on ${formatCount(ecnConnections)} of ${formatCount(connections)}`;
}

function tls({ tls: session }: DecodedResult): string[] {
  if (!session) return [];
  const { protocol, cipher, certificate, isVerified } = session;
  const trust = isVerified ? `server ${certificate.subject}` : `server ${certificate.subject}, not verified`;
  return [row("TLS", protocol, cipher, trust)];
}

const dataRow = (label: string, bytes: number, perSecond: number): string =>
  row(label, formatBytes(bytes), colors.cyan(formatByteRate(perSecond)), formatBitRate(perSecond));

/** Each way, and what the kernel of the end that sent says of it. */
function wayRows(ways: NonNullable<DecodedResult["ways"]>): string[] {
  return Object.entries({ Upload: ways.upload, Download: ways.download }).flatMap(([label, way]) => {
    if (!way) return [];
    const { bytes, bytesPerSecond, sender, ecn } = way;
    const kernel = sender && [
      `limited by ${limitTexts[sender.limitedBy]}`,
      `rtt ${formatLatency(sender.rttUs * 1_000)} (min ${formatLatency(sender.minRttUs * 1_000)})`,
      `retransmits ${formatCount(sender.retransmits)}`,
      `cwnd ${formatCount(sender.cwnd)}`,
      ecn ? ecnText(ecn) : "",
    ];
    return [dataRow(label, bytes, bytesPerSecond), ...(kernel ? [row("", ...kernel)] : [])];
  });
}

function data({ totals: total, throughput, ways }: DecodedResult, { mode }: LoadOptions): string[] {
  const { bytesPerSecond, sentBytesPerSecond } = throughput;
  if (ways) return wayRows(ways);
  if (mode !== "stream") return [dataRow("Data", total.bytesReceived, bytesPerSecond)];
  return [
    dataRow("Sent", total.bytesSent, sentBytesPerSecond),
    dataRow("Received", total.bytesReceived, bytesPerSecond),
  ];
}

const times = ({ p50, p99, max }: LatencySummary): string[] => [
  `median ${formatLatency(p50)}`,
  `p99 ${formatLatency(p99)}`,
  `max ${formatLatency(max)}`,
];

function connects({ totals: total, throughput, connectNs, lifeNs }: DecodedResult): string[] {
  const { connectionsPerSecond } = throughput;
  const rate = connectionsPerSecond === null ? "" : colors.cyan(`${formatCount(connectionsPerSecond)}/s`);
  return [
    row("Connects", formatCount(total.connections), rate, ...times(connectNs)),
    ...(lifeNs ? [row("Whole life", ...times(lifeNs))] : []),
  ];
}

/** How much of the figures may be the client's own. */
function pauses({ harness }: DecodedResult): string[] {
  if (!harness || harness.pauses === 0) return [];
  const [longest, all] = [harness.longestPauseMs, harness.pausedMs].map((ms) => formatLatency(ms * 1e6));
  return [row("Client", `${plural(harness.pauses, "pause")} of more than 1 ms`, `longest ${longest}`, `in all ${all}`)];
}

/** Amounts, rates and processor time, and what the kernel says of the connections. */
export function renderTotals(result: DecodedResult, load: LoadOptions): string[] {
  const { totals: total, throughput, cpu, window } = result;
  const cores = window.durationMs > 0 ? (cpu.userMs + cpu.systemMs) / window.durationMs : 0;
  const polls = (result.options["busyPoll"] ?? "off") !== "off";
  const isOpenLoop = (load.rate ?? load.stages) !== undefined;
  const isPerMessage = hasMessages(load.mode) && !isOpenLoop && total.messages > 0;
  const perMessage = !isPerMessage ? "" : `${cpu.perMessageUs.toFixed(2)} µs a message`;
  const messages = row(
    "Messages",
    formatCount(total.messages),
    colors.cyan(`${formatCount(throughput.messagesPerSecond)}/s`),
  );
  return [
    ...(hasMessages(load.mode) ? [messages] : []),
    ...data(result, load),
    ...connects(result),
    row(
      "Client CPU",
      perMessage,
      `${(cores * 100).toFixed(0)} % of a core`,
      isOpenLoop ? "(awake to keep the schedule)" : polls ? "(awake to poll)" : "",
    ),
    ...pauses(result),
    ...tls(result),
    ...sockets(result),
    ...(result.ways ? [] : tcp(result)),
  ];
}
