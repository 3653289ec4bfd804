import { ptr } from "bun:ffi";
import { unixAddress, withSocketAddress } from "./connect.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  INET6_ADDRSTRLEN,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  O_NONBLOCK,
  SO_ACCEPTCONN,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "./constants.ts";
import { duplicateDescriptor, setFlags } from "./descriptors.ts";
import { closeDescriptor, getIntegerOption, lastErrorName, libc, setBacklog, setOption } from "./libc.ts";

/**
 * `struct sockaddr_in`, `sockaddr_in6`: u16 family; big-endian u16 port; then the address at 4 or 8. `sockaddr_un`: u16
 * family; path at 2.
 */
const SOCKET_ADDRESS = { bytes: 128, port: 2, path: 2, ipv4: 4, ipv6: 8 } as const;

/** The last failed call's error, with its `code` as in Node's errors. */
function systemError(call: string): Error {
  const code = lastErrorName();
  return Object.assign(new Error(`${call}: ${code}`), { code });
}

/** Memory into which the kernel writes a socket address. */
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

  /** Of a Unix socket, with @ for the NUL in front of a name that is no file. */
  get path(): string {
    const name = this.bytes.subarray(SOCKET_ADDRESS.path, this.length[0]);
    return Buffer.from(name).toString().replace(/^\0/, "@").replace(/\0.*$/s, "");
  }

  /** A numeric address; undefined for a Unix socket. */
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

/** The address of a socket itself. */
function ownAddress(fd: number): SocketAddress {
  const own = new SocketAddress().reset();
  libc().getsockname(fd, ptr(own.bytes), ptr(own.length));
  return own;
}

/** Where a socket listens. */
export type ListenAddress =
  /** `host` is numeric when it is the address of a socket */
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  /** `path` begins with @ when it is no file */
  | { readonly kind: "unix"; readonly path: string };

/** Where a socket listens that this process has not opened itself; undefined when it does not listen for streams. */
export function listeningAddress(fd: number): ListenAddress | undefined {
  const listens = getIntegerOption(fd, SOL_SOCKET, SO_ACCEPTCONN) === 1;
  if (!listens || getIntegerOption(fd, SOL_SOCKET, SO_TYPE) !== SOCK_STREAM) return undefined;
  const { host, port, path } = ownAddress(fd);
  return host === undefined ? { kind: "unix", path } : { kind: "tcp", host, port };
}

/** An accepted connection. */
export interface Accepted {
  readonly fd: number;
  /** a numeric address; undefined for a Unix socket */
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
   * Listens on a numeric address; `::` accepts IPv4 too.
   * @param prepare called with the socket before it listens, to set options that connections inherit
   * @param protocol for socket(2); 0 is TCP
   * @throws Error with the system's `code`
   */
  static tcp(
    host: string,
    port: number,
    backlog: number,
    sharesPort: boolean,
    prepare: (fd: number) => void,
    protocol = 0,
  ): SocketListener {
    return withSocketAddress(host, port, (family, at, length) =>
      SocketListener.#open(family, protocol, backlog, (fd) => {
        setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
        if (sharesPort) setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1);
        if (family === AF_INET6) setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
        prepare(fd);
        return libc().bind(fd, at, length);
      }),
    );
  }

  /** Listens on the path of a Unix socket. @see SocketListener.tcp */
  static unix(path: string, backlog: number, prepare: (fd: number) => void): SocketListener {
    const address = unixAddress(path);
    if (!address) throw Object.assign(new Error("path too long"), { code: "ENAMETOOLONG" });
    return SocketListener.#open(AF_UNIX, 0, backlog, (fd) => {
      prepare(fd);
      return libc().bind(fd, ptr(address.bytes), address.length);
    });
  }

  /**
   * Listens on a socket that listens already. Closing the listener leaves the socket open for whoever else has it.
   * @see SocketListener.tcp
   */
  static adopt(listeningFd: number, backlog: number, prepare: (fd: number) => void): SocketListener {
    const fd = duplicateDescriptor(listeningFd);
    if (fd < 0) throw systemError("fcntl");
    setFlags(fd, O_NONBLOCK);
    prepare(fd);
    setBacklog(fd, backlog);
    return new SocketListener(fd);
  }

  static #open(family: number, protocol: number, backlog: number, bind: (fd: number) => number): SocketListener {
    const fd = libc().socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (fd < 0) throw systemError("socket");
    if (bind(fd) === 0 && libc().listen(fd, backlog) === 0) return new SocketListener(fd);
    const error = systemError("listen");
    closeDescriptor(fd);
    throw error;
  }

  /** The port that it listens on; the kernel picks one when 0 was requested. */
  get port(): number {
    return ownAddress(this.fd).port;
  }

  /** Accepts a waiting connection. @returns it, or the error's name: `EAGAIN` when none is waiting */
  accept(): Accepted | string {
    peer.reset();
    const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    const fd = libc().accept4(this.fd, ptr(peer.bytes), ptr(peer.length), flags);
    return fd < 0 ? lastErrorName() : { fd, host: peer.host, port: peer.port };
  }

  close(): void {
    closeDescriptor(this.fd);
  }
}
