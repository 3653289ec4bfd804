import type { RunResult } from "../../lib/result/run-result.ts";
import { formatBytes, formatSize } from "../../lib/units.ts";

/** Shares of the busy time below this explain nothing. */
const TELLING_SHARE = 0.2;

/** Connections that had data to send for less of the window than this were not held back by anything here. */
const BUSY_SHARE = 0.1;

const nextPowerOfTwo = (bytes: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, bytes)));
const percent = (share: number): string => `${Math.round(share * 100)} %`;

type KernelSummary = Omit<NonNullable<RunResult["tcpInfo"]>, "advice">;

/**
 * One sentence where the kernel's figures explain the throughput, null elsewhere.
 * @param windowMs length of the window that was measured
 * @param bytesPerSecond that came back, over all connections
 */
export function adviseOnKernel(info: KernelSummary, windowMs: number, bytesPerSecond: number): string | null {
  const { busyMs, connections, sndbufLimitedMs, rwndLimitedMs, rttUs, sndbufBytes } = info;
  if (busyMs < windowMs * connections * BUSY_SHARE || busyMs === 0) return null;
  const sndbufShare = sndbufLimitedMs / busyMs;
  const rwndShare = rwndLimitedMs / busyMs;
  const productBytes = ((bytesPerSecond / connections) * rttUs) / 1e6;
  const product = `bandwidth-delay product is ${formatBytes(Math.round(productBytes))} a connection`;
  if (sndbufShare >= TELLING_SHARE && sndbufShare >= rwndShare) {
    // Linux keeps twice what it is asked for, of which about half holds data: asking for what it has doubles that.
    const wanted = formatSize(nextPowerOfTwo(Math.max(2 * productBytes, sndbufBytes)));
    return `send buffer limited ${percent(sndbufShare)} of the time: ${product}, try --sndbuf ${wanted.replaceAll(" ", "")}`;
  }
  if (rwndShare >= TELLING_SHARE) {
    return `receive window limited ${percent(rwndShare)} of the time: ${product}, the server reads no faster or needs a larger --rcvbuf`;
  }
  return null;
}
