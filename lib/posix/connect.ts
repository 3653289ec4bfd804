import { type Pointer, ptr, read } from "bun:ffi";
import {
  AF_INET6,
  AF_UNIX,
  AI_NUMERICHOST,
  AI_NUMERICSERV,
  EINPROGRESS,
  IP_BIND_ADDRESS_NO_PORT,
  IPPROTO_IP,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
} from "./constants.ts";
import {
  closeDescriptor,
  lastErrorName,
  lastErrorNumber,
  libc,
  requestSocketBuffers,
  setOption,
  type SocketBufferRequest,
} from "./libc.ts";
import { applySocketOptions, connectWithData, protocolOf, type SocketOptionRequest } from "./socket-options.ts";
import { systemErrorName } from "../error-names.ts";

/** `struct addrinfo`, LP64: int flags, family, socktype, protocol; u32 addrlen; then pointers. */
const ADDRINFO = { bytes: 48, flags: 0, family: 4, socketType: 8, addressLength: 16, address: 24 } as const;

/** A numeric address that the C library does not accept: its network interface may have gone. */
class AddressError extends Error {}

/**
 * Calls `use` with the kernel's form of a numeric address, the scope of a link-local one included.
 * @throws AddressError
 */
export function withSocketAddress<T>(
  host: string,
  port: number,
  use: (family: number, at: Pointer, length: number) => T,
): T {
  const hints = new Int32Array(ADDRINFO.bytes / 4);
  hints[ADDRINFO.flags / 4] = AI_NUMERICHOST | AI_NUMERICSERV;
  hints[ADDRINFO.socketType / 4] = SOCK_STREAM;
  const found = new BigUint64Array(1);
  const node = Buffer.from(`${host}\0`);
  const service = Buffer.from(`${port}\0`);
  const error = libc().getaddrinfo(ptr(node), ptr(service), ptr(hints), ptr(found));
  if (error !== 0) throw new AddressError(`${host}: ${libc().gai_strerror(error)}`);
  const info = read.ptr(ptr(found), 0) as Pointer;
  try {
    const at = read.ptr(info, ADDRINFO.address) as Pointer;
    return use(read.i32(info, ADDRINFO.family), at, read.u32(info, ADDRINFO.addressLength));
  } finally {
    libc().freeaddrinfo(info);
  }
}

/**
 * A socket whose connection is being made, or the name of the error that ended it at once: `NOT_LOCAL` for a source
 * that is no address of this machine, which the kernel calls EADDRNOTAVAIL like a lack of free ports.
 */
export type ConnectStart =
  | { readonly kind: "connecting"; readonly fd: number }
  | { readonly kind: "failed"; readonly code: string };

/** How to make a connection. */
export interface ConnectSettings extends SocketBufferRequest {
  /** numeric address of this machine to connect from; undefined leaves it to the kernel */
  readonly source?: string | undefined;
  /** undefined leaves all as they are */
  readonly options?: SocketOptionRequest | undefined;
  /** called with the socket before it connects */
  readonly prepare?: ((fd: number, isIpv6: boolean) => void) | undefined;
}

const openSocket = (family: number, protocol = 0): number =>
  libc().socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

/** Binds to a source address without a port: the kernel picks one at connect, which connections to other targets may share. */
function bindSource(fd: number, source: string): boolean {
  setOption(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  return withSocketAddress(source, 0, (_family, at, length) => libc().bind(fd, at, length) === 0);
}

/** A link-local address does not say by itself to which network it belongs, and the kernel calls that EINVAL. */
const needsInterface = (host: string): boolean => /^fe[89ab]/i.test(host) && !host.includes("%");

function failureCode(errno: number, isBound: boolean, host: string): string {
  const code = systemErrorName(errno);
  if (!isBound && code === "EADDRNOTAVAIL") return "NOT_LOCAL";
  return code === "EINVAL" && needsInterface(host) ? "NO_INTERFACE" : code;
}

/**
 * Starts a TCP connection without waiting for it.
 * @param host a numeric IPv4 or IPv6 address
 * @param settings applied before connecting: the receive buffer fixes the window scale of the connection
 */
export function startConnect(host: string, port: number, settings: ConnectSettings): ConnectStart {
  try {
    return connectTo(host, port, settings);
  } catch (error) {
    if (error instanceof AddressError) return { kind: "failed", code: "NO_ADDRESS" };
    throw error;
  }
}

/** Binds and connects a socket. @returns undefined when the connect is under way, or the code of the error */
function begin(fd: number, at: Pointer, length: number, host: string, source: string | undefined): string | undefined {
  const isBound = source === undefined || bindSource(fd, source);
  if (isBound && libc().connect(fd, at, length) === 0) return undefined;
  const errno = lastErrorNumber();
  return errno === EINPROGRESS ? undefined : failureCode(errno, isBound, host);
}

function connectTo(host: string, port: number, settings: ConnectSettings): ConnectStart {
  const { options = {} } = settings;
  return withSocketAddress(host, port, (family, at, length) => {
    const fd = openSocket(family, protocolOf(options));
    if (fd < 0) return { kind: "failed", code: lastErrorName() };
    let isStarted = false;
    try {
      requestSocketBuffers(fd, settings);
      const refused = applySocketOptions(fd, options);
      if (options.fastOpen && !refused && !connectWithData(fd)) return { kind: "failed", code: lastErrorName() };
      settings.prepare?.(fd, family === AF_INET6);
      const code = refused?.code ?? begin(fd, at, length, host, settings.source);
      isStarted = code === undefined;
      return code === undefined ? { kind: "connecting", fd } : { kind: "failed", code };
    } finally {
      if (!isStarted) closeDescriptor(fd);
    }
  });
}

/** `struct sockaddr_un`: u16 family; char path[108], which ends with a zero. */
const SOCKADDR_UN = { bytes: 110, path: 2, longestPath: 107 } as const;

/** The kernel's form of a Unix socket's path; undefined when it is too long. One that begins with NUL is no file. */
export function unixAddress(path: string): { readonly bytes: Uint8Array; readonly length: number } | undefined {
  const name = Buffer.from(path);
  if (name.length > SOCKADDR_UN.longestPath) return undefined;
  const bytes = new Uint8Array(new ArrayBuffer(SOCKADDR_UN.bytes));
  bytes[0] = AF_UNIX;
  bytes.set(name, SOCKADDR_UN.path);
  // A path ends with NUL, and the name of a socket that is no file with its last byte.
  return { bytes, length: SOCKADDR_UN.path + name.length + (name[0] === 0 ? 0 : 1) };
}

/** Starts a connection to a Unix socket without waiting for it. */
export function startUnixConnect(path: string, settings: SocketBufferRequest): ConnectStart {
  const target = unixAddress(path);
  if (!target) return { kind: "failed", code: "ENAMETOOLONG" };
  const fd = openSocket(AF_UNIX);
  if (fd < 0) return { kind: "failed", code: lastErrorName() };
  requestSocketBuffers(fd, settings);
  if (libc().connect(fd, ptr(target.bytes), target.length) === 0) return { kind: "connecting", fd };
  const code = lastErrorName();
  closeDescriptor(fd);
  return { kind: "failed", code };
}
