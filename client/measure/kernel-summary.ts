import type { RunResult } from "../../lib/result/run-result.ts";
import { adviseOnKernel } from "./kernel-advice.ts";
import type { KernelView } from "./kernel-sampler.ts";

const tenths = (value: number): number => Math.round(value * 10) / 10;

/** Means over the times the kernel was asked about a connection; null when it was not. */
export function kernelMeans(sums: {
  readonly kernelLooks: number;
  readonly kernelRttUs: number;
  readonly kernelCwnd: number;
}): { readonly rttUs: number; readonly cwnd: number } | null {
  const { kernelLooks, kernelRttUs, kernelCwnd } = sums;
  if (kernelLooks === 0) return null;
  return { rttUs: tenths(kernelRttUs / kernelLooks), cwnd: tenths(kernelCwnd / kernelLooks) };
}

/**
 * What the kernel knows of all connections, in one; null when it was not asked about any.
 * @param views of the connections there were at the end
 * @param means over the window, used in place of those of the last moment
 * @param windowMs length of the window that was measured
 * @param bytesPerSecond that came back, over all connections
 */
export function summarizeKernel(
  views: readonly KernelView[],
  means: ReturnType<typeof kernelMeans>,
  windowMs: number,
  bytesPerSecond: number,
): RunResult["tcpInfo"] {
  if (views.length === 0) return null;
  const sum = (value: (view: KernelView) => number): number => views.reduce((total, view) => total + value(view), 0);
  const mean = (value: (view: KernelView) => number): number => tenths(sum(value) / views.length);
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
    ...means,
  };
  return { ...summary, advice: adviseOnKernel(summary, windowMs, bytesPerSecond) };
}
