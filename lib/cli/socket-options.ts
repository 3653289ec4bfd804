import { MOST_BYTES_PER_SECOND } from "../text/units.ts";
import { ValueError } from "../errors.ts";
import type { PortRange, SocketOptionRequest } from "../posix/socket-options.ts";
import { parseDscp } from "../text/dscp.ts";
import { parseByteRate } from "../text/parse-units.ts";
import { custom, duration, flag, integer, size } from "./option-kinds.ts";

const GIBIBYTE = 2 ** 30;

/** The longest name of a congestion control or a network interface. */
const LONGEST_NAME = 15;

/** What the kernel takes: below is no room for TCP's options, above no window fits. */
const MSS = { least: 88, most: 32_767 };

const LEAST_PACING_BYTES = 125;

function parseName(name: string): string | undefined {
  if (Buffer.byteLength(name) > LONGEST_NAME) throw new ValueError(`expected a name of at most ${LONGEST_NAME} bytes`);
  return /^[^\s/\0]+$/.test(name) ? name : undefined;
}

/** What `parseBitRate` reads, for messages. */
export const expectedBitRate = "a rate from 1kbit/s to 8Tbit/s such as 100Mbit/s or 10MB/s";

/** Bytes a second of a rate of bits or bytes; undefined for anything else. */
export function parseBitRate(rate: string): number | undefined {
  const bytesPerSecond = parseByteRate(rate) ?? 0;
  return bytesPerSecond >= LEAST_PACING_BYTES && bytesPerSecond <= MOST_BYTES_PER_SECOND ? bytesPerSecond : undefined;
}

/** The options of a TCP socket that server and client share; rates are in bytes a second. */
export const socketOptionShape = {
  congestion: custom("NAME", "the name of a congestion control such as cubic or bbr", parseName)
    .optional()
    .describe("congestion control such as cubic or bbr, TCP_CONGESTION (default: the system's)"),
  dscp: custom("NAME|N", "ef, af11 to af43, cs0 to cs7, le, or a number from 0 to 63", parseDscp)
    .optional()
    .describe("class of the packets, DSCP: ef, af11 to af43, cs0 to cs7, le, or a number from 0 to 63"),
  mss: integer("BYTES", MSS.least, MSS.most)
    .optional()
    .describe("largest segment in either direction, TCP_MAXSEG (default: what the path takes)"),
  device: custom("IFNAME", "the name of a network interface such as eth0", parseName)
    .optional()
    .describe("use this network interface alone, SO_BINDTODEVICE"),
  pacingRate: custom("BITRATE", expectedBitRate, parseBitRate)
    .optional()
    .describe("highest rate at which a connection sends, such as 100Mbit/s, SO_MAX_PACING_RATE"),
  userTimeout: duration(1)
    .optional()
    .describe("how long sent bytes may wait for their acknowledgement, TCP_USER_TIMEOUT"),
  notsentLowat: size(1, GIBIBYTE, "1 GiB")
    .optional()
    .describe("bytes not sent yet that the kernel takes at most before the program waits, TCP_NOTSENT_LOWAT"),
  mptcp: flag().prefault(false).describe("Multipath TCP, where the other end has it too; otherwise TCP"),
  fastopen: flag()
    .prefault(false)
    .describe("data goes with the first packet of a connection, TCP Fast Open, where both ends have it (Linux)"),
};

/** The ports of `50000-50100`, or the one of `50000`; undefined for any other text. */
export function parsePortRange(range: string): PortRange | undefined {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range) ?? [];
  const [from, to] = [Number(first), Number(last)];
  return from >= 1 && from <= to && to <= 65_535 ? { from, to } : undefined;
}

/** The option of the client for its own ports. Its value stays as it was written. */
export const sourcePortShape = {
  sourcePort: custom("RANGE", "ports from 1 to 65535 such as 50000-50100", (range) =>
    parsePortRange(range) === undefined ? undefined : range,
  )
    .optional()
    .describe("ports to connect from, such as 50000-50100, IP_LOCAL_PORT_RANGE (Linux 6.3 or later)"),
};

/** Values of the options that are set on a TCP socket. */
export interface SocketOptionValues {
  readonly congestion?: string | undefined;
  readonly dscp?: number | undefined;
  readonly mss?: number | undefined;
  readonly device?: string | undefined;
  /** bytes */
  readonly pacingRate?: number | undefined;
  /** milliseconds */
  readonly userTimeout?: number | undefined;
  /** bytes */
  readonly notsentLowat?: number | undefined;
  readonly mptcp?: boolean | undefined;
  readonly fastopen?: boolean | undefined;
  readonly sourcePort?: string | undefined;
}

/** What each option asks of the kernel. */
export const requestKeys = {
  congestion: "congestion",
  dscp: "dscp",
  mss: "mssBytes",
  device: "device",
  pacingRate: "pacingBytesPerSecond",
  userTimeout: "userTimeoutMs",
  notsentLowat: "notsentLowatBytes",
  mptcp: "mptcp",
  fastopen: "fastOpen",
  sourcePort: "sourcePorts",
} as const satisfies Readonly<Record<keyof SocketOptionValues, keyof SocketOptionRequest>>;

/** What the options ask of the kernel. */
export const toSocketRequest = (options: SocketOptionValues): SocketOptionRequest => ({
  congestion: options.congestion,
  dscp: options.dscp,
  mssBytes: options.mss,
  device: options.device,
  pacingBytesPerSecond: options.pacingRate,
  userTimeoutMs: options.userTimeout === undefined ? undefined : Math.ceil(options.userTimeout),
  notsentLowatBytes: options.notsentLowat,
  mptcp: options.mptcp,
  fastOpen: options.fastopen,
  sourcePorts: options.sourcePort === undefined ? undefined : parsePortRange(options.sourcePort),
});
