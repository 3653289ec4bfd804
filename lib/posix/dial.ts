import { FFIType, type Pointer, ptr, read } from "bun:ffi";
import { lastErrorNumber, loadLibc, requestSocketBuffers, setOption, type SocketBufferRequest } from "./libc.ts";
import { systemErrorName } from "../system-errors.ts";

/** Linux, x86-64 and arm64: netdb.h, bits/socket.h, linux/in.h, asm-generic/errno.h. */
const IPPROTO_IP = 0;
const IP_BIND_ADDRESS_NO_PORT = 24;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const AI_NUMERICHOST = 4;
const AI_NUMERICSERV = 0x400;
const EINPROGRESS = 115;

/** `struct addrinfo`, LP64: int flags, family, socktype, protocol; u32 addrlen; then pointers. */
const ADDRINFO = { family: 4, addressLength: 16, address: 24 } as const;

const { i32, u32, cstring } = FFIType;
const address = FFIType.ptr;

const symbols = loadLibc({
  socket: { args: [i32, i32, i32], returns: i32 },
  bind: { args: [i32, address, u32], returns: i32 },
  connect: { args: [i32, address, u32], returns: i32 },
  close: { args: [i32], returns: i32 },
  getaddrinfo: { args: [address, address, address, address], returns: i32 },
  freeaddrinfo: { args: [address], returns: FFIType.void },
  gai_strerror: { args: [i32], returns: cstring },
});

function libc(): NonNullable<typeof symbols> {
  if (!symbols) throw new Error("the C library cannot be called on this platform");
  return symbols;
}

/** The last failed call's error with its name, such as `ENETUNREACH`. */
function lastError(): { code: string; errno: number } {
  const errno = lastErrorNumber();
  return { errno, code: systemErrorName(errno) };
}

/** Calls `use` with the kernel's form of a numeric address, scope of a link-local one included. */
export function withSocketAddress<T>(
  host: string,
  port: number,
  use: (family: number, at: Pointer, length: number) => T,
): T {
  const hints = new Int32Array(12);
  hints[0] = AI_NUMERICHOST | AI_NUMERICSERV;
  hints[2] = SOCK_STREAM;
  const found = new BigUint64Array(1);
  const node = Buffer.from(`${host}\0`);
  const service = Buffer.from(`${port}\0`);
  const error = libc().getaddrinfo(ptr(node), ptr(service), ptr(hints), ptr(found));
  if (error !== 0) throw new Error(`${host}: ${libc().gai_strerror(error)}`);
  const info = read.ptr(ptr(found), 0) as Pointer;
  try {
    const at = read.ptr(info, ADDRINFO.address) as Pointer;
    return use(read.i32(info, ADDRINFO.family), at, read.u32(info, ADDRINFO.addressLength));
  } finally {
    libc().freeaddrinfo(info);
  }
}

/**
 * A socket whose connection is under way, or the name of the error that ended it at once: `NOT_LOCAL` for a source
 * that is no address of this machine, which the kernel calls EADDRNOTAVAIL like a lack of free ports.
 */
export type Dialled =
  | { readonly kind: "connecting"; readonly fd: number }
  | { readonly kind: "failed"; readonly code: string };

/** How to make a connection. */
export interface DialSettings extends SocketBufferRequest {
  /** numeric address of this machine to connect from; undefined leaves it to the kernel */
  readonly source?: string | undefined;
  /** called with the socket before it connects */
  readonly prepare?: ((fd: number, isIpv6: boolean) => void) | undefined;
}

const AF_INET6 = 10;

/** Takes a source address but no port: the kernel picks one at connect, which may then serve another target too. */
function bindSource(fd: number, source: string): boolean {
  setOption(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, new Int32Array([1]));
  return withSocketAddress(source, 0, (_family, at, length) => libc().bind(fd, at, length) === 0);
}

/**
 * Starts a TCP connection without waiting for it.
 * @param host a numeric IPv4 or IPv6 address
 * @param settings applied before connecting: the receive buffer fixes the window scale of the connection
 */
export function dial(host: string, port: number, settings: DialSettings): Dialled {
  return withSocketAddress(host, port, (family, at, length) => {
    const fd = libc().socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return { kind: "failed", code: lastError().code };
    requestSocketBuffers(fd, settings);
    settings.prepare?.(fd, family === AF_INET6);
    const isBound = settings.source === undefined || bindSource(fd, settings.source);
    if (isBound && libc().connect(fd, at, length) === 0) return { kind: "connecting", fd };
    const { code, errno } = lastError();
    if (errno === EINPROGRESS) return { kind: "connecting", fd };
    libc().close(fd);
    return { kind: "failed", code: !isBound && code === "EADDRNOTAVAIL" ? "NOT_LOCAL" : code };
  });
}

const AF_UNIX = 1;

/** The kernel's form of a Unix socket's path; undefined when that is too long. */
export function unixAddress(path: string): { readonly bytes: Uint8Array; readonly length: number } | undefined {
  // struct sockaddr_un: u16 family; char path[108], ended by a zero
  const name = Buffer.from(path);
  if (name.length > 107) return undefined;
  const bytes = new Uint8Array(new ArrayBuffer(110));
  bytes[0] = AF_UNIX;
  bytes.set(name, 2);
  return { bytes, length: name.length + 3 };
}

/** Starts a connection to a Unix socket without waiting for it. */
export function dialUnix(path: string, settings: SocketBufferRequest): Dialled {
  const where = unixAddress(path);
  if (!where) return { kind: "failed", code: "ENAMETOOLONG" };
  const fd = libc().socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return { kind: "failed", code: lastError().code };
  requestSocketBuffers(fd, settings);
  if (libc().connect(fd, ptr(where.bytes), where.length) === 0) return { kind: "connecting", fd };
  const { code } = lastError();
  libc().close(fd);
  return { kind: "failed", code };
}
