import { type Html, html, when } from "../../lib/page/html.ts";
import { machineFacts } from "../../lib/page/machine-facts.ts";
import { facts, figures, folded } from "../../lib/page/table.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import {
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatLatency,
  plural,
} from "../../lib/text/format-units.ts";
import { socketFacts } from "../../lib/result/sockets.ts";
import { optionName, optionValue } from "./option-words.ts";
import { serverFigures } from "./server-figures.ts";

type Fact = readonly [name: string, value: string];

const fromMs = (ms: number): string => formatLatency(ms * 1e6);
const fromUs = (us: number): string => formatLatency(us * 1_000);

const ecnText = (connections: number | null): string =>
  connections === null ? "–" : `on ${plural(connections, "connection")}`;

const kernelFacts = (info: NonNullable<DecodedResult["tcpInfo"]>): Fact[] => [
  ["connections that were sampled", formatCount(info.connections)],
  ["round trip as TCP measures it, mean", fromUs(info.rttUs)],
  ["smallest round trip", fromUs(info.minRttUs)],
  ["segments sent again", formatCount(info.retransmits)],
  ["congestion window, mean", `${formatCount(info.cwnd)} segments`],
  ["segment size (MSS), mean", `${formatCount(info.sndMss)} B`],
  ["delivery rate of all connections", formatByteRate(info.deliveryRateBps)],
  ["time with data to send", formatDuration(info.busyMs)],
  ["of that, waiting for the server's receive window", formatDuration(info.rwndLimitedMs)],
  ["of that, waiting for room in the send buffer", formatDuration(info.sndbufLimitedMs)],
  ["send buffer, mean", formatBytes(info.sndbufBytes)],
  ["receive buffer, mean", formatBytes(info.rcvbufBytes)],
  ["both ends use ECN", ecnText(info.ecnConnections)],
  ["packets came that could be marked, ECN", ecnText(info.ecnSeenConnections)],
];

const tlsFacts = ({
  protocol,
  cipher,
  serverName,
  isVerified,
  certificate,
}: NonNullable<DecodedResult["tls"]>): Fact[] => [
  ["protocol", protocol],
  ["cipher", cipher],
  ["server name that was asked for", serverName],
  ["certificate is valid", isVerified ? "yes" : "not checked, or no"],
  ["certificate of", certificate.subject],
  ["issued by", certificate.issuer],
  ["valid from", certificate.validFrom],
  ["valid to", certificate.validTo],
  ["SHA-256 fingerprint", certificate.fingerprint256],
];

const cpuFacts = ({ cpu, totals }: DecodedResult): Fact[] => [
  ["in the program", formatDuration(cpu.userMs)],
  ["in the kernel", formatDuration(cpu.systemMs)],
  ...(totals.messages > 0 ? [["for each message", fromUs(cpu.perMessageUs)] as const] : []),
];

const threadPriority = {
  idle: "run only where a processor is idle",
  nice: "have the lowest priority",
  unchanged: "have the usual priority",
} as const;

const pauseFacts = (harness: NonNullable<DecodedResult["harness"]>): Fact[] => [
  ["pauses of more than 1 ms", formatCount(harness.pauses)],
  ["all of them together", fromMs(harness.pausedMs)],
  ["the longest", fromMs(harness.longestPauseMs)],
  ["collections of garbage", formatCount(harness.collections)],
  ["time without a processor", harness.runQueueMs === null ? "–" : fromMs(harness.runQueueMs)],
  ["lost the processor", harness.involuntarySwitches === null ? "–" : plural(harness.involuntarySwitches, "time")],
  ["processors of the load threads", harness.processors?.join(", ") ?? "–"],
  ["the runtime's other threads", threadPriority[harness.backgroundThreads]],
];

const optionFacts = ({ options, seed }: DecodedResult): Fact[] =>
  Object.entries({ ...options, seed }).map(([key, value]) => [optionName(key), optionValue(key, value)]);

/** The server's own figures, where --server-stats read them. */
export function serverSection({ server }: DecodedResult): Html {
  if (server === null) return html``;
  const { rows, note } = serverFigures(server);
  return html`<h2>The server's figures</h2>
    <p class="faint">${server.url}</p>
    ${when(note !== "", () => html`<p class="doubt">${note}</p>`)}
    ${when(rows.length > 0, () => figures(["", "before", "after", "difference"], rows))}`;
}

/** What the kernel says of the connections, the TLS session, the machine and the options. */
export function settingsSection(result: DecodedResult): Html {
  const { tcpInfo, sockets, tls, harness } = result;
  const advice = tcpInfo?.advice ?? "";
  return html`<h2>Where and how</h2>
    ${when(advice !== "", () => html`<p class="doubt">${advice}</p>`)}
    ${tcpInfo === null ? "" : folded("Kernel's figures of the connections (TCP_INFO)", facts(kernelFacts(tcpInfo)))}
    ${sockets === null ? "" : folded("Options of the sockets, as granted", facts(socketFacts(sockets)))}
    ${tls === null ? "" : folded("TLS session", facts(tlsFacts(tls)))}
    ${folded("Processor time of the client", facts(cpuFacts(result)))}
    ${harness === null ? "" : folded("Pauses of the client's load threads", facts(pauseFacts(harness)))}
    ${folded("Machine and build", facts(machineFacts(result)))} ${folded("Options", facts(optionFacts(result)))}`;
}
