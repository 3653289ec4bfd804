import {
  AF_INET,
  AF_INET6,
  IP_LOCAL_PORT_RANGE,
  IP_TOS,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_MPTCP,
  IPPROTO_TCP,
  IPV6_TCLASS,
  MPTCP_INFO,
  MPTCP_INFO_FLAG_FALLBACK,
  SO_BINDTODEVICE,
  SO_DOMAIN,
  SO_MAX_PACING_RATE,
  SO_PROTOCOL,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  SOL_MPTCP,
  SOL_SOCKET,
  TCP_CONGESTION,
  TCP_FASTOPEN,
  TCP_FASTOPEN_CONNECT,
  TCP_MAXSEG,
  TCP_NOTSENT_LOWAT,
  TCP_USER_TIMEOUT,
} from "./constants.ts";
import {
  closeDescriptor,
  congestionControl,
  getIntegerOption,
  getNameOption,
  getOption,
  lastErrorName,
  LARGEST_INT,
  libc,
  setOption,
  type SocketBuffers,
  socketBuffers,
} from "./libc.ts";

/** Ports of this machine, both ends included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Options of a TCP socket that the kernel applies to all that it sends, with their values. */
interface SocketOptions {
  /** name of the congestion control */
  readonly congestion: string;
  /** Differentiated Services code point, from 0 to 63 */
  readonly dscp: number;
  /** asked for: the largest segment in either direction; granted: the largest that is sent, without TCP's options */
  readonly mssBytes: number;
  /** network interface */
  readonly device: string;
  readonly pacingBytesPerSecond: number;
  /** how long sent data may wait for its acknowledgement */
  readonly userTimeoutMs: number;
  readonly notsentLowatBytes: number;
  /** from which the kernel picks the port of a connection */
  readonly sourcePorts: PortRange;
}

type Key = keyof SocketOptions;

/** The options to ask the kernel for; undefined leaves one as it is. */
export type SocketOptionRequest = { readonly [K in Key]?: SocketOptions[K] | undefined } & {
  /** whether to open a socket of MPTCP instead of TCP */
  readonly mptcp?: boolean | undefined;
  /** whether to use TCP Fast Open; set apart, as a socket that connects and one that listens have options of their own */
  readonly fastOpen?: boolean | undefined;
};

/** The options as the kernel keeps them; null for those that were not asked for, except the congestion control. */
export type GrantedSocketOptions = { readonly [K in Key]: SocketOptions[K] | null } & {
  /** false when the connection fell back to TCP */
  readonly mptcp: boolean | null;
  /** whether the socket may send data with its first packet, or accept such data */
  readonly fastOpen: boolean | null;
};

/** The protocol of a socket to open, for socket(2). */
export const protocolOf = ({ mptcp }: SocketOptionRequest): number => (mptcp ? IPPROTO_MPTCP : 0);

/** Makes a socket send its first bytes with the SYN. Its connect succeeds at once where the kernel has a cookie of the server. */
export const connectWithData = (fd: number): boolean => setOption(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);

/** Makes a listening socket accept data with the SYN. @param queue connections at most whose handshake is not over */
export const acceptWithData = (fd: number, queue: number): boolean => setOption(fd, IPPROTO_TCP, TCP_FASTOPEN, queue);

/** Whether either was done; a socket that connects has no queue. */
const hasFastOpen = (fd: number): boolean =>
  getIntegerOption(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT) > 0 || getIntegerOption(fd, IPPROTO_TCP, TCP_FASTOPEN) > 0;

/** `struct mptcp_info`: 6 counts of a byte each; u32 flags; what newer kernels add. */
const MPTCP_INFO_FIELDS = { bytes: 128, flags: 8 } as const;

/** Whether a socket listens for MPTCP, or its connection speaks it. */
function speaksMptcp(fd: number): boolean {
  if (getIntegerOption(fd, SOL_SOCKET, SO_PROTOCOL) !== IPPROTO_MPTCP) return false;
  const info = new Uint8Array(new ArrayBuffer(MPTCP_INFO_FIELDS.bytes));
  if (getOption(fd, SOL_MPTCP, MPTCP_INFO, info) === undefined) return false;
  return ((info[MPTCP_INFO_FIELDS.flags] ?? 0) & MPTCP_INFO_FLAG_FALLBACK) === 0;
}

/** What the kernel granted a socket. */
export interface GrantedSocket extends SocketBuffers {
  /** null for a Unix socket */
  readonly sockets: GrantedSocketOptions | null;
}

interface SocketOption<T> {
  /** as the headers of the kernel have it */
  readonly name: string;
  /** @returns whether the kernel accepted it */
  set(fd: number, value: T): boolean;
  get(fd: number): T | undefined;
}

/** A code point is the upper part of a byte; the kernel keeps the lower two bits, ECN, to itself. */
const ECN_BITS = 2;

const isIpv6 = (fd: number): boolean => getIntegerOption(fd, SOL_SOCKET, SO_DOMAIN) === AF_INET6;

const integerOption = (name: string, level: number, option: number): SocketOption<number> => ({
  name,
  set: (fd, value) => setOption(fd, level, option, Math.min(value, LARGEST_INT)),
  get: (fd) => getIntegerOption(fd, level, option),
});

const nameOption = (name: string, level: number, option: number): SocketOption<string> => ({
  name,
  set: (fd, value) => setOption(fd, level, option, Buffer.from(`${value}\0`)),
  get: (fd) => getNameOption(fd, level, option),
});

// Memory of its own, as that of a small typed array without one may move.
const unsignedLong = new BigUint64Array(new ArrayBuffer(8));

/** Every option, in the order in which messages and reports name them. */
const table: { readonly [K in Key]: SocketOption<SocketOptions[K]> } = {
  congestion: nameOption("TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION),
  dscp: {
    name: "IP_TOS",
    set(fd, codePoint) {
      const trafficClass = codePoint << ECN_BITS;
      // An IPv6 socket sends IPv4 too, to addresses that are mapped.
      const isSet = setOption(fd, IPPROTO_IP, IP_TOS, trafficClass);
      return isIpv6(fd) ? setOption(fd, IPPROTO_IPV6, IPV6_TCLASS, trafficClass) : isSet;
    },
    get: (fd) =>
      (isIpv6(fd) ? getIntegerOption(fd, IPPROTO_IPV6, IPV6_TCLASS) : getIntegerOption(fd, IPPROTO_IP, IP_TOS)) >>
      ECN_BITS,
  },
  mssBytes: integerOption("TCP_MAXSEG", IPPROTO_TCP, TCP_MAXSEG),
  device: nameOption("SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE),
  pacingBytesPerSecond: {
    name: "SO_MAX_PACING_RATE",
    set(fd, rate) {
      unsignedLong[0] = BigInt(Math.ceil(rate));
      return setOption(fd, SOL_SOCKET, SO_MAX_PACING_RATE, unsignedLong);
    },
    get: (fd) =>
      getOption(fd, SOL_SOCKET, SO_MAX_PACING_RATE, unsignedLong) === undefined ? undefined : Number(unsignedLong[0]),
  },
  userTimeoutMs: integerOption("TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT),
  notsentLowatBytes: integerOption("TCP_NOTSENT_LOWAT", IPPROTO_TCP, TCP_NOTSENT_LOWAT),
  sourcePorts: {
    name: "IP_LOCAL_PORT_RANGE",
    set: (fd, { from, to }) => setOption(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, to * 2 ** 16 + from),
    get(fd) {
      const both = getIntegerOption(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE);
      return { from: both & 0xffff, to: both >>> 16 };
    },
  },
};

const keys = Object.keys(table) as Key[];

/** An option that the kernel refused, and the name of the error. */
export interface RefusedOption {
  readonly key: keyof SocketOptionRequest;
  /** as the headers of the kernel have it */
  readonly name: string;
  readonly code: string;
}

function setOne<K extends Key>(fd: number, key: K, value: SocketOptions[K] | undefined): RefusedOption | undefined {
  const { name, set } = table[key];
  return value === undefined || set(fd, value) ? undefined : { key, name, code: lastErrorName() };
}

/** Asks the kernel for options of a TCP socket that is not connected yet. Accepted connections inherit them from a listener. */
export function applySocketOptions(fd: number, request: SocketOptionRequest): RefusedOption | undefined {
  for (const key of keys) {
    const refused = setOne(fd, key, request[key]);
    if (refused) return refused;
  }
  return undefined;
}

/** Asks the kernel for options of a socket that is not used. @returns the first that it refuses */
export function tryOptions(request: SocketOptionRequest): RefusedOption | undefined {
  const fd = libc().socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocolOf(request));
  // Where there is no descriptor left, the run itself says so.
  if (fd < 0) return request.mptcp ? { key: "mptcp", name: "IPPROTO_MPTCP", code: lastErrorName() } : undefined;
  const refused = applySocketOptions(fd, request);
  closeDescriptor(fd);
  return refused;
}

/** Reads back the options that were asked for, and the congestion control; null when it is no open TCP socket. */
export function grantedOptions(fd: number, request: SocketOptionRequest): GrantedSocketOptions | null {
  const congestion = congestionControl(fd);
  if (congestion === undefined) return null;
  const read = <K extends Key>(key: K): SocketOptions[K] | null =>
    request[key] === undefined ? null : (table[key].get(fd) ?? null);
  return {
    congestion,
    mptcp: request.mptcp ? speaksMptcp(fd) : null,
    fastOpen: request.fastOpen ? hasFastOpen(fd) : null,
    dscp: read("dscp"),
    mssBytes: read("mssBytes"),
    device: read("device"),
    pacingBytesPerSecond: read("pacingBytesPerSecond"),
    userTimeoutMs: read("userTimeoutMs"),
    notsentLowatBytes: read("notsentLowatBytes"),
    sourcePorts: read("sourcePorts"),
  };
}

/** Reads back the buffers, and the options that were asked for. */
export const grantedSocket = (fd: number, request: SocketOptionRequest): GrantedSocket => ({
  ...socketBuffers(fd),
  sockets: grantedOptions(fd, request),
});
