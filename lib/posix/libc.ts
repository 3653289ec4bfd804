import { dlopen, type FFIFunction, FFIType, ptr, read } from "bun:ffi";

/**
 * The few calls of Linux's C library that Bun's sockets lack. Constants are those of x86-64 and arm64 Linux
 * (asm-generic/socket.h, netinet/tcp.h, netdb.h), which glibc and musl share.
 */
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const IPPROTO_TCP = 6;
const TCP_INFO = 11;
const TCP_CONGESTION = 13;
const POLLIN = 1;
const PR_SET_TIMERSLACK = 29;

/** Room for `struct tcp_info` as of Linux 6.x; an older kernel fills less. */
const TCP_INFO_BYTES = 256;

const { i32, u32, u64 } = FFIType;
const address = FFIType.ptr;
const signatures = {
  setsockopt: { args: [i32, i32, i32, address, u32], returns: i32 },
  getsockopt: { args: [i32, i32, i32, address, address], returns: i32 },
  getpeername: { args: [i32, address, address], returns: i32 },
  listen: { args: [i32, i32], returns: i32 },
  ppoll: { args: [address, u64, address, address], returns: i32 },
  prctl: { args: [i32, u64, u64, u64, u64], returns: i32 },
  __errno_location: { args: [], returns: address },
} as const;

/** The functions of this machine's C library by their signatures; undefined where FFI cannot load one. */
export function loadLibc<const F extends Record<string, FFIFunction>>(functions: F) {
  if (process.platform !== "linux") return undefined;
  for (const name of ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`]) {
    try {
      return dlopen(name, functions).symbols;
    } catch {
      // The other C library, or none that FFI can load: the caller asks `libcAvailable`.
    }
  }
  return undefined;
}

const symbols = loadLibc(signatures);

/** Whether this machine's C library can be called: Linux with glibc or musl. */
export const libcAvailable = symbols !== undefined;

function libc(): NonNullable<typeof symbols> {
  if (!symbols) throw new Error("the C library cannot be called on this platform");
  return symbols;
}

/** The number of the last failed call's error; to be read right after the call. */
export function lastErrorNumber(): number {
  const location = libc().__errno_location();
  return location ? read.i32(location, 0) : 0;
}

/** The size of both buffers of a socket in bytes, as the kernel keeps it: Linux doubles what it is asked for. */
export interface SocketBuffers {
  readonly sndbufBytes: number;
  readonly rcvbufBytes: number;
}

/** What to ask of the kernel; undefined leaves a buffer to the kernel's autotuning. */
export type SocketBufferRequest = { readonly [K in keyof SocketBuffers]: number | undefined };

function setBuffer(fd: number, option: number, bytes: number | undefined): void {
  if (bytes === undefined) return;
  const value = new Int32Array([Math.min(bytes, 2 ** 31 - 1)]);
  libc().setsockopt(fd, SOL_SOCKET, option, ptr(value), value.byteLength);
}

/** Sets an option of a socket. @returns whether the kernel took it */
export function setOption(fd: number, level: number, option: number, value: NodeJS.TypedArray): boolean {
  return libc().setsockopt(fd, level, option, ptr(value), value.byteLength) === 0;
}

/** Sets an option of level SOL_SOCKET. @returns whether the kernel took it */
export const setSocketOption = (fd: number, option: number, value: NodeJS.TypedArray): boolean =>
  setOption(fd, SOL_SOCKET, option, value);

/** Asks for socket buffers; the kernel clamps what it does not allow, so read back with `socketBuffers`. */
export function requestSocketBuffers(fd: number, request: SocketBufferRequest): void {
  setBuffer(fd, SO_SNDBUF, request.sndbufBytes);
  setBuffer(fd, SO_RCVBUF, request.rcvbufBytes);
}

function getOption(fd: number, level: number, option: number, into: Uint8Array | Int32Array): number {
  const length = new Uint32Array([into.byteLength]);
  const result = libc().getsockopt(fd, level, option, ptr(into), ptr(length));
  return result < 0 ? -1 : (length[0] ?? -1);
}

function getInteger(fd: number, option: number): number {
  const value = new Int32Array(1);
  return getOption(fd, SOL_SOCKET, option, value) < 0 ? 0 : (value[0] ?? 0);
}

/** What the kernel granted. */
export function socketBuffers(fd: number): SocketBuffers {
  return { sndbufBytes: getInteger(fd, SO_SNDBUF), rcvbufBytes: getInteger(fd, SO_RCVBUF) };
}

/** The kernel's `struct tcp_info` of a socket, or undefined when it is not an open TCP socket. */
export function tcpInfoBytes(fd: number): Uint8Array | undefined {
  const bytes = new Uint8Array(TCP_INFO_BYTES);
  const length = getOption(fd, IPPROTO_TCP, TCP_INFO, bytes);
  return length < 0 ? undefined : bytes.subarray(0, length);
}

/** The congestion control of a TCP socket, such as `cubic`; undefined when it is not an open one. */
export function congestionControl(fd: number): string | undefined {
  const name = Buffer.from(new ArrayBuffer(16));
  const length = getOption(fd, IPPROTO_TCP, TCP_CONGESTION, name);
  return length < 0 ? undefined : name.toString("latin1").replace(/\0.*/s, "");
}

/** Gives a listening socket another backlog: Bun's own is fixed at 512. */
export function setBacklog(fd: number, backlog: number): void {
  libc().listen(fd, backlog);
}

/** Whether the socket's connection is established, or was before the peer closed it. */
export function isConnected(fd: number): boolean {
  const peer = new Uint8Array(128);
  const length = new Uint32Array([peer.byteLength]);
  return libc().getpeername(fd, ptr(peer), ptr(length)) === 0;
}

/** Lets this thread's sleeps end when they should instead of up to 50 µs later. */
export function sharpenTimers(): void {
  libc().prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}

/** Sleeps until a descriptor has something to read. */
export class ReadableWait {
  // Memory of their own: what `ptr` gives for a small typed array does not stay where it is.
  /** `struct pollfd`: int fd; short events, revents */
  readonly #pollfd = new Int32Array(new ArrayBuffer(8));
  /** `struct timespec`, LP64: seconds and nanoseconds, 8 bytes each, of which the lower halves come first */
  readonly #timeout = new Int32Array(new ArrayBuffer(16));

  constructor(fd: number) {
    this.#pollfd[0] = fd;
    this.#pollfd[1] = POLLIN;
  }

  /** @param forNs at most, below 1 s; 0 only looks. @returns whether there is something */
  wait(forNs: number): boolean {
    this.#timeout[2] = forNs;
    return libc().ppoll(ptr(this.#pollfd), 1, ptr(this.#timeout), null) > 0;
  }
}
