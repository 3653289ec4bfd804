import type { RunResult } from "../../lib/result/run-result.ts";
import { adviseOnKernel } from "./kernel-advice.ts";
import type { KernelView } from "./kernel-sampler.ts";

const tenths = (value: number): number => Math.round(value * 10) / 10;

/** Means over the TCP_INFO samples; null without samples. */
export function kernelMeans(sums: {
  readonly kernelSamples: number;
  readonly kernelRttUs: number;
  readonly kernelCwnd: number;
}): { readonly rttUs: number; readonly cwnd: number; readonly samples: number } | null {
  const { kernelSamples, kernelRttUs, kernelCwnd } = sums;
  if (kernelSamples === 0) return null;
  return {
    rttUs: tenths(kernelRttUs / kernelSamples),
    cwnd: tenths(kernelCwnd / kernelSamples),
    samples: kernelSamples,
  };
}

/**
 * Sums up what the kernel knows of all connections; null without views.
 * @param views of the connections that were open at the end
 * @param means over the window; they replace the means of the views
 * @param windowMs length of the measured window
 * @param bytesPerSecond bytes received, over all connections
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
    samples: views.length,
    sndMss: mean(({ info }) => info.sndMss),
    deliveryRateBps: sum(({ info }) => info.deliveryRateBps),
    busyMs: sum(({ info }) => info.busyMs),
    rwndLimitedMs: sum(({ info }) => info.rwndLimitedMs),
    sndbufLimitedMs: sum(({ info }) => info.sndbufLimitedMs),
    sndbufBytes: mean(({ buffers }) => buffers.sndbufBytes),
    rcvbufBytes: mean(({ buffers }) => buffers.rcvbufBytes),
    ecnConnections: views.filter(({ info }) => info.hasEcn).length,
    ecnSeenConnections: views.filter(({ info }) => info.sawEcn).length,
    ...means,
  };
  return { ...summary, advice: adviseOnKernel(summary, windowMs, bytesPerSecond) };
}
