/** The kernel's figures of one TCP connection, from Linux's `struct tcp_info` (linux/tcp.h). */
export interface TcpInfo {
  /** smoothed round-trip time */
  readonly rttUs: number;
  /** its mean deviation */
  readonly rttVarianceUs: number;
  /** 0 before Linux 4.6 */
  readonly minRttUs: number;
  readonly retransmits: number;
  /** congestion window in segments */
  readonly cwnd: number;
  readonly sndMss: number;
  /** bytes of an IP packet */
  readonly pathMtuBytes: number;
  /** segments received; 0 before Linux 4.2 */
  readonly segmentsIn: number;
  /** most recent goodput, bytes a second */
  readonly deliveryRateBps: number;
  /** time with data to send */
  readonly busyMs: number;
  /** part of that time in which the peer's receive window was the limit */
  readonly rwndLimitedMs: number;
  /** part of that time in which the send buffer was the limit */
  readonly sndbufLimitedMs: number;
  /** whether both ends use Explicit Congestion Notification */
  readonly hasEcn: boolean;
  /** whether a packet came that said that it could be marked: ECT */
  readonly sawEcn: boolean;
  /** whether data went with the SYN and the other end accepted it: TCP Fast Open */
  readonly hasSynData: boolean;
}

/** Byte offsets in the struct; fields that a kernel does not know are beyond the length it returns. */
const offsets = {
  options: 5,
  sndMss: 16,
  pathMtu: 60,
  rtt: 68,
  rttVariance: 72,
  sndCwnd: 80,
  totalRetrans: 100,
  segmentsIn: 140,
  minRtt: 148,
  deliveryRate: 160,
  busyTime: 168,
  rwndLimited: 176,
  sndbufLimited: 184,
} as const;

/** Bits of `tcpi_options`. */
const TCPI_OPT_ECN = 8;
const TCPI_OPT_ECN_SEEN = 16;
const TCPI_OPT_SYN_DATA = 32;

/** What is read again and again while a connection is measured. */
export type TcpSample = Pick<TcpInfo, "rttUs" | "cwnd" | "retransmits">;

const u32At = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;

/**
 * Reads only what every kernel has and a sample needs. Samples are too seldom to be compiled, and a load thread that is
 * busy with them sends late: all fields of ten connections take 40 to 130 us, these 2.
 */
export const readTcpSample = (bytes: Uint8Array): TcpSample => ({
  rttUs: u32At(bytes, offsets.rtt),
  cwnd: u32At(bytes, offsets.sndCwnd),
  retransmits: u32At(bytes, offsets.totalRetrans),
});

/** Reads the kernel's struct; a field that an older kernel does not have is 0. */
export function readTcpInfo(bytes: Uint8Array): TcpInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u32 = (at: number): number => (at + 4 <= view.byteLength ? view.getUint32(at, true) : 0);
  const u64 = (at: number): number => (at + 8 <= view.byteLength ? u32(at) + u32(at + 4) * 2 ** 32 : 0);
  const options = view.getUint8(offsets.options);
  return {
    hasEcn: (options & TCPI_OPT_ECN) !== 0,
    sawEcn: (options & TCPI_OPT_ECN_SEEN) !== 0,
    hasSynData: (options & TCPI_OPT_SYN_DATA) !== 0,
    rttUs: u32(offsets.rtt),
    rttVarianceUs: u32(offsets.rttVariance),
    minRttUs: u32(offsets.minRtt),
    retransmits: u32(offsets.totalRetrans),
    cwnd: u32(offsets.sndCwnd),
    sndMss: u32(offsets.sndMss),
    pathMtuBytes: u32(offsets.pathMtu),
    segmentsIn: u32(offsets.segmentsIn),
    deliveryRateBps: u64(offsets.deliveryRate),
    busyMs: u64(offsets.busyTime) / 1_000,
    rwndLimitedMs: u64(offsets.rwndLimited) / 1_000,
    sndbufLimitedMs: u64(offsets.sndbufLimited) / 1_000,
  };
}
