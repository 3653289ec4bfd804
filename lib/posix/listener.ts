import { FFIType, ptr } from "bun:ffi";
import { withSocketAddress, unixAddress } from "./dial.ts";
import { lastErrorNumber, loadLibc } from "./libc.ts";
import { systemErrorName } from "../system-errors.ts";

/** Linux, x86-64 and arm64: bits/socket.h, asm-generic/socket.h, netinet/in.h. */
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;

/** `struct sockaddr_in`, `sockaddr_in6`: u16 family; big-endian u16 port; then the address at 4 or 8. */
const SOCKET_ADDRESS = { bytes: 128, port: 2, ipv4: 4, ipv6: 8 } as const;

/** Room for the longest text of an IPv6 address, netinet/in.h. */
const INET6_ADDRSTRLEN = 46;

const { i32, u32 } = FFIType;
const address = FFIType.ptr;

const symbols = loadLibc({
  socket: { args: [i32, i32, i32], returns: i32 },
  bind: { args: [i32, address, u32], returns: i32 },
  listen: { args: [i32, i32], returns: i32 },
  accept4: { args: [i32, address, address, i32], returns: i32 },
  getsockname: { args: [i32, address, address], returns: i32 },
  setsockopt: { args: [i32, i32, i32, address, u32], returns: i32 },
  inet_ntop: { args: [i32, address, address, u32], returns: address },
  close: { args: [i32], returns: i32 },
});

function libc(): NonNullable<typeof symbols> {
  if (!symbols) throw new Error("sockets by their descriptors are not to be had on this platform");
  return symbols;
}

/** The last failed call's error as Node's errors are. */
function systemError(call: string): Error {
  const code = systemErrorName(lastErrorNumber());
  return Object.assign(new Error(`${call}: ${code}`), { code });
}

function setFlag(fd: number, level: number, option: number, isOn: boolean): void {
  const value = new Int32Array(new ArrayBuffer(4)).fill(isOn ? 1 : 0);
  libc().setsockopt(fd, level, option, ptr(value), value.byteLength);
}

/** Where the kernel writes a socket address, and what it says. */
class SocketAddress {
  readonly bytes = new Uint8Array(new ArrayBuffer(SOCKET_ADDRESS.bytes));
  readonly length = new Uint32Array(new ArrayBuffer(4));
  readonly #view = new DataView(this.bytes.buffer);
  readonly #text = new Uint8Array(new ArrayBuffer(INET6_ADDRSTRLEN));

  reset(): this {
    this.length[0] = this.bytes.length;
    return this;
  }

  get port(): number {
    return this.#view.getUint16(SOCKET_ADDRESS.port);
  }

  /** In numbers; undefined for a Unix socket. */
  get host(): string | undefined {
    const family = this.#view.getUint16(0, true);
    if (family === AF_INET) return this.bytes.subarray(SOCKET_ADDRESS.ipv4, SOCKET_ADDRESS.ipv4 + 4).join(".");
    if (family !== AF_INET6) return undefined;
    const from = ptr(this.bytes, SOCKET_ADDRESS.ipv6);
    libc().inet_ntop(AF_INET6, from, ptr(this.#text), this.#text.length);
    return Buffer.from(this.#text.subarray(0, this.#text.indexOf(0))).toString("latin1");
  }
}

const peer = new SocketAddress();

/** A connection that came in. */
export interface Accepted {
  readonly fd: number;
  /** in numbers; undefined for a Unix socket */
  readonly host: string | undefined;
  readonly port: number;
}

/** A non-blocking socket that listens. */
export class SocketListener {
  readonly fd: number;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /**
   * Listens on a numeric address, an IPv6 one of all interfaces for IPv4 too.
   * @param prepare sets what connections inherit, before it listens
   * @throws Error with the system's `code`
   */
  static tcp(
    host: string,
    port: number,
    backlog: number,
    sharesPort: boolean,
    prepare: (fd: number) => void,
  ): SocketListener {
    return withSocketAddress(host, port, (family, at, length) =>
      SocketListener.#open(family, backlog, (fd) => {
        setFlag(fd, SOL_SOCKET, SO_REUSEADDR, true);
        if (sharesPort) setFlag(fd, SOL_SOCKET, SO_REUSEPORT, true);
        if (family === AF_INET6) setFlag(fd, IPPROTO_IPV6, IPV6_V6ONLY, false);
        prepare(fd);
        return libc().bind(fd, at, length);
      }),
    );
  }

  /** The same on the path of a socket file. */
  static unix(path: string, backlog: number, prepare: (fd: number) => void): SocketListener {
    const where = unixAddress(path);
    if (!where) throw Object.assign(new Error("path too long"), { code: "ENAMETOOLONG" });
    return SocketListener.#open(AF_UNIX, backlog, (fd) => {
      prepare(fd);
      return libc().bind(fd, ptr(where.bytes), where.length);
    });
  }

  static #open(family: number, backlog: number, bind: (fd: number) => number): SocketListener {
    const fd = libc().socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) throw systemError("socket");
    if (bind(fd) === 0 && libc().listen(fd, backlog) === 0) return new SocketListener(fd);
    const error = systemError("listen");
    libc().close(fd);
    throw error;
  }

  /** The port that it has, which the kernel picks when 0 is asked for. */
  get port(): number {
    const own = new SocketAddress().reset();
    libc().getsockname(this.fd, ptr(own.bytes), ptr(own.length));
    return own.port;
  }

  /** Takes a connection that came in. @returns it, or why there is none: `EAGAIN` when none waits */
  accept(): Accepted | string {
    peer.reset();
    const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    const fd = libc().accept4(this.fd, ptr(peer.bytes), ptr(peer.length), flags);
    return fd < 0 ? systemErrorName(lastErrorNumber()) : { fd, host: peer.host, port: peer.port };
  }

  close(): void {
    libc().close(this.fd);
  }
}
