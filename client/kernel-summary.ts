import type { RunResult } from "../lib/run-result.ts";
import { adviseOnKernel } from "./kernel-advice.ts";
import type { KernelView } from "./protocol.ts";

/**
 * What the kernel knows of all connections, in one; null when it was not asked about any.
 * @param windowMs length of the window that was measured
 * @param bytesPerSecond that came back, over all connections
 */
export function summarizeKernel(
  views: readonly KernelView[],
  windowMs: number,
  bytesPerSecond: number,
): RunResult["tcpInfo"] {
  if (views.length === 0) return null;
  const sum = (value: (view: KernelView) => number): number => views.reduce((total, view) => total + value(view), 0);
  const mean = (value: (view: KernelView) => number): number => Math.round((sum(value) / views.length) * 10) / 10;
  const summary = {
    connections: views.length,
    rttUs: mean(({ info }) => info.rttUs),
    minRttUs: Math.min(...views.map(({ info }) => info.minRttUs)),
    retransmits: sum(({ info }) => info.retransmits),
    cwnd: mean(({ info }) => info.cwnd),
    sndMss: mean(({ info }) => info.sndMss),
    deliveryRateBps: sum(({ info }) => info.deliveryRateBps),
    busyMs: sum(({ info }) => info.busyMs),
    rwndLimitedMs: sum(({ info }) => info.rwndLimitedMs),
    sndbufLimitedMs: sum(({ info }) => info.sndbufLimitedMs),
    sndbufBytes: mean(({ buffers }) => buffers.sndbufBytes),
    rcvbufBytes: mean(({ buffers }) => buffers.rcvbufBytes),
  };
  return { ...summary, advice: adviseOnKernel(summary, windowMs, bytesPerSecond) };
}
