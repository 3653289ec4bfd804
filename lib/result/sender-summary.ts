import type { SenderInfo } from "../oneway/trailer.ts";
import type { Way } from "./load-modes.ts";
import type { RunResult } from "./run-result.ts";

type Ways = NonNullable<RunResult["ways"]>;
type WayFigures = NonNullable<Ways["upload"]>;
type Sender = NonNullable<WayFigures["sender"]>;

/** A limit counts when it held for this part of the time with data to send. */
const RELEVANT_SHARE = 0.2;

/** What held the senders up for most of the time. */
function limitOf({ busyMs, rwndLimitedMs, sndbufLimitedMs }: Omit<Sender, "limitedBy">): Sender["limitedBy"] {
  if (busyMs === 0) return "sender";
  const [receiver, buffer] = [rwndLimitedMs / busyMs, sndbufLimitedMs / busyMs];
  if (Math.max(receiver, buffer) < RELEVANT_SHARE) return "network";
  return receiver >= buffer ? "receiver" : "send-buffer";
}

/**
 * Sums up figures of which each is of so many connections; null without any.
 * @param keepsRate whether they sent as much as they were to send: then nothing else held them up
 */
function sumUp(
  senders: ReadonlyArray<SenderInfo & { readonly connections: number }>,
  keepsRate: boolean,
): Sender | null {
  if (senders.length === 0) return null;
  const sum = (read: (sender: SenderInfo & { connections: number }) => number): number =>
    senders.reduce((total, sender) => total + read(sender), 0);
  const connections = sum((sender) => sender.connections);
  const mean = (read: (sender: SenderInfo) => number): number =>
    Math.round((sum((sender) => read(sender) * sender.connections) / connections) * 10) / 10;
  const summary = {
    connections,
    rttUs: mean((sender) => sender.rttUs),
    minRttUs: Math.min(...senders.map((sender) => sender.minRttUs)),
    retransmits: sum((sender) => sender.retransmits),
    cwnd: mean((sender) => sender.cwnd),
    sndMss: mean((sender) => sender.sndMss),
    deliveryRateBps: sum((sender) => sender.deliveryRateBps),
    busyMs: sum((sender) => sender.busyMs),
    rwndLimitedMs: sum((sender) => sender.rwndLimitedMs),
    sndbufLimitedMs: sum((sender) => sender.sndbufLimitedMs),
  };
  return { ...summary, limitedBy: keepsRate ? "sender" : limitOf(summary) };
}

/** Sums up what the kernels say of connections on which they sent; null without any. @param keepsRate see `sumUp` */
export const summarizeSenders = (senders: readonly SenderInfo[], keepsRate: boolean): Sender | null =>
  sumUp(
    senders.map((sender) => ({ ...sender, connections: 1 })),
    keepsRate,
  );

/** Sums up how many connections use ECN; null without any that were asked. */
export function sumEcn(counts: ReadonlyArray<WayFigures["ecn"]>): WayFigures["ecn"] {
  const known = counts.flatMap((each) => (each && each.connections > 0 ? [each] : []));
  const sum = (read: (each: (typeof known)[number]) => number): number =>
    known.reduce((total, each) => total + read(each), 0);
  if (known.length === 0) return null;
  return {
    connections: sum(({ connections }) => connections),
    ecnConnections: sum(({ ecnConnections }) => ecnConnections),
    ecnSeenConnections: sum(({ ecnSeenConnections }) => ecnSeenConnections),
  };
}

/** Segments that were retransmitted on connections of one way, by either end; undefined where neither kernel says. */
export function retransmitsOf(ways: RunResult["ways"]): number | undefined {
  const senders = [ways?.upload?.sender, ways?.download?.sender].flatMap((sender) => sender ?? []);
  return senders.length === 0 ? undefined : senders.reduce((sum, { retransmits }) => sum + retransmits, 0);
}

function mergeWay(ways: readonly WayFigures[], bytesPerSecond: number): WayFigures | null {
  if (ways.length === 0) return null;
  const sum = (read: (way: WayFigures) => number): number => ways.reduce((total, way) => total + read(way), 0);
  const senders = ways.flatMap(({ sender }) => sender ?? []);
  return {
    bytes: sum(({ bytes }) => bytes),
    bytesPerSecond,
    sender: sumUp(
      senders,
      senders.every(({ limitedBy }) => limitedBy === "sender"),
    ),
    ecn: sumEcn(ways.map(({ ecn }) => ecn)),
  };
}

/** The ways of several results together; null when none has any. @param rates of all of them, in bytes a second */
export function mergeWays(
  results: ReadonlyArray<Pick<RunResult, "ways">>,
  rates: Readonly<Record<Way, number>>,
): RunResult["ways"] {
  const all = results.flatMap(({ ways }) => ways ?? []);
  if (all.length === 0) return null;
  return {
    upload: mergeWay(
      all.flatMap(({ upload }) => upload ?? []),
      rates.upload,
    ),
    download: mergeWay(
      all.flatMap(({ download }) => download ?? []),
      rates.download,
    ),
  };
}
