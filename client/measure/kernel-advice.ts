import type { RunResult } from "../../lib/result/run-result.ts";
import { formatBytes, formatSize } from "../../lib/text/format-units.ts";

/** A smaller share of the busy time does not explain the throughput. */
const RELEVANT_SHARE = 0.2;

/** Connections that had data to send for a smaller share of the window were not limited by buffers. */
const BUSY_SHARE = 0.1;

const nextPowerOfTwo = (bytes: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, bytes)));
const percent = (share: number): string => `${Math.round(share * 100)} %`;

type KernelSummary = Omit<NonNullable<RunResult["tcpInfo"]>, "advice">;

/**
 * One sentence when buffers or windows explain the throughput, otherwise null.
 * @param windowMs length of the measured window
 * @param bytesPerSecond bytes received, over all connections
 */
export function adviseOnKernel(info: KernelSummary, windowMs: number, bytesPerSecond: number): string | null {
  const { busyMs, connections, sndbufLimitedMs, rwndLimitedMs, rttUs, sndbufBytes } = info;
  if (busyMs < windowMs * connections * BUSY_SHARE || busyMs === 0) return null;
  const sndbufShare = sndbufLimitedMs / busyMs;
  const rwndShare = rwndLimitedMs / busyMs;
  const productBytes = ((bytesPerSecond / connections) * rttUs) / 1e6;
  const product = `bandwidth-delay product is ${formatBytes(Math.round(productBytes))} a connection`;
  if (sndbufShare >= RELEVANT_SHARE && sndbufShare >= rwndShare) {
    // Linux allocates twice the requested size, and about half of it holds data: requesting the current size doubles it.
    const wanted = formatSize(nextPowerOfTwo(Math.max(2 * productBytes, sndbufBytes)));
    return `send buffer limited ${percent(sndbufShare)} of the time: ${product}, try --sndbuf ${wanted.replaceAll(" ", "")}`;
  }
  if (rwndShare >= RELEVANT_SHARE) {
    return `receive window limited ${percent(rwndShare)} of the time: ${product}, the server reads no faster or needs a larger --rcvbuf`;
  }
  return null;
}
