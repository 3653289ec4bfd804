import { dlopen, FFIType, ptr, read } from "bun:ffi";
import { systemErrorName } from "../error-names.ts";
import {
  IPPROTO_TCP,
  POLLIN,
  PR_SET_PDEATHSIG,
  PR_SET_TIMERSLACK,
  SO_RCVBUF,
  SIGKILL,
  SO_SNDBUF,
  SOL_SOCKET,
  TCP_CONGESTION,
  TCP_INFO,
} from "./constants.ts";

const { i32, u32, u64, i64_fast: i64, cstring } = FFIType;
const address = FFIType.ptr;

/**
 * Every function of the C library that this program calls. One missing function would make `dlopen` fail for all of
 * them, so these are only functions that every glibc and musl has. Newer kernel calls (io_uring, and epoll_pwait2, which
 * has a function only since glibc 2.35) go through `syscall` by number: simpler than a second, optional table, and
 * independent of the age of the C library.
 */
const signatures = {
  __errno_location: { args: [], returns: address },
  // The types are those of epoll_pwait2(2), the hot call: FFI converts 64-bit integers 10 ns slower each. The kernel does
  // not read a sixth argument of the calls that are made here.
  syscall: { args: [i32, i32, address, i32, address, address], returns: i32 },

  socket: { args: [i32, i32, i32], returns: i32 },
  bind: { args: [i32, address, u32], returns: i32 },
  listen: { args: [i32, i32], returns: i32 },
  accept4: { args: [i32, address, address, i32], returns: i32 },
  connect: { args: [i32, address, u32], returns: i32 },
  getsockname: { args: [i32, address, address], returns: i32 },
  getpeername: { args: [i32, address, address], returns: i32 },
  setsockopt: { args: [i32, i32, i32, address, u32], returns: i32 },
  getsockopt: { args: [i32, i32, i32, address, address], returns: i32 },
  // Lengths stay below 2 GiB, so the number of bytes that these return fits an i32.
  recv: { args: [i32, address, u64, i32], returns: i32 },
  send: { args: [i32, address, u64, i32], returns: i32 },
  recvmsg: { args: [i32, address, i32], returns: i32 },
  shutdown: { args: [i32, i32], returns: i32 },

  getaddrinfo: { args: [address, address, address, address], returns: i32 },
  freeaddrinfo: { args: [address], returns: FFIType.void },
  gai_strerror: { args: [i32], returns: cstring },
  inet_ntop: { args: [i32, address, address, u32], returns: address },

  read: { args: [i32, address, u64], returns: i32 },
  write: { args: [i32, address, u64], returns: i32 },
  fcntl: { args: [i32, i32, u64], returns: i32 },
  pipe2: { args: [address, i32], returns: i32 },
  eventfd: { args: [u32, i32], returns: i32 },
  close: { args: [i32], returns: i32 },

  epoll_create1: { args: [i32], returns: i32 },
  epoll_ctl: { args: [i32, i32, i32, address], returns: i32 },
  ppoll: { args: [address, u64, address, address], returns: i32 },
  prctl: { args: [i32, u64, u64, u64, u64], returns: i32 },
  setpriority: { args: [i32, i32, i32], returns: i32 },
  sched_setscheduler: { args: [i32, i32, address], returns: i32 },
  sched_getcpu: { args: [], returns: i32 },
  sched_getaffinity: { args: [i32, u64, address], returns: i32 },
  sched_setaffinity: { args: [i32, u64, address], returns: i32 },

  clock_gettime: { args: [i32, address], returns: i32 },
  adjtimex: { args: [address], returns: i32 },
  mmap: { args: [address, u64, i32, i32, i32, i64], returns: i64 },
  munmap: { args: [address, u64], returns: i32 },
  madvise: { args: [address, u64, i32], returns: i32 },
  memcmp: { args: [address, address, u64], returns: i32 },
} as const;

/** Of glibc and of musl. musl's loader takes either for the C library that it is itself, whether there is such a file or not. */
const libraryNames = ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];

function load() {
  if (process.platform !== "linux") return undefined;
  for (const name of libraryNames) {
    try {
      return dlopen(name, signatures).symbols;
    } catch {
      // Try the other name; where FFI can load neither, `libcAvailable` is false.
    }
  }
  return undefined;
}

const symbols = load();

/** Whether this machine's C library can be called: Linux with glibc or musl. */
export const libcAvailable = symbols !== undefined;

/**
 * The functions of the C library.
 * @throws Error where it cannot be called; ask `libcAvailable` first
 */
export function libc(): NonNullable<typeof symbols> {
  if (!symbols) throw new Error("the C library cannot be called here: this needs Linux with glibc or musl");
  return symbols;
}

/** The error number of the last failed call; read it right after the call. */
export function lastErrorNumber(): number {
  const location = libc().__errno_location();
  return location ? read.i32(location, 0) : 0;
}

/** The name of that error, such as `ENETUNREACH`. */
export const lastErrorName = (): string => systemErrorName(lastErrorNumber());

/** Closes a descriptor of any kind. */
export const closeDescriptor = (fd: number): void => void libc().close(fd);

// Values have an ArrayBuffer of their own: the memory of a small typed array without one may move.
const integerValue = new Int32Array(new ArrayBuffer(4));
const valueLength = new Uint32Array(new ArrayBuffer(4));

/** Sets a socket option; a number is passed as a C `int`. @returns whether the kernel accepted it */
export function setOption(fd: number, level: number, option: number, value: number | NodeJS.TypedArray): boolean {
  if (typeof value === "number") {
    integerValue[0] = value;
    return setOption(fd, level, option, integerValue);
  }
  return libc().setsockopt(fd, level, option, ptr(value), value.byteLength) === 0;
}

/** Reads a socket option into a buffer. @returns its length; undefined when the socket has no such option */
export function getOption(
  fd: number,
  level: number,
  option: number,
  into: Uint8Array | Int32Array | BigUint64Array,
): number | undefined {
  valueLength[0] = into.byteLength;
  return libc().getsockopt(fd, level, option, ptr(into), ptr(valueLength)) < 0 ? undefined : valueLength[0];
}

/** A socket option that is a C `int`; 0 when the socket has no such option. */
export const getIntegerOption = (fd: number, level: number, option: number): number =>
  getOption(fd, level, option, integerValue) === undefined ? 0 : (integerValue[0] ?? 0);

/** The sizes in bytes of a socket's buffers, as the kernel keeps them: Linux doubles what it is asked for. */
export interface SocketBuffers {
  readonly sndbufBytes: number;
  readonly rcvbufBytes: number;
}

/** The sizes to ask the kernel for; undefined leaves a buffer to the kernel's autotuning. */
export type SocketBufferRequest = { readonly [K in keyof SocketBuffers]: number | undefined };

/** The largest C `int`. */
export const LARGEST_INT = 2 ** 31 - 1;

/** Asks for socket buffers. The kernel limits the sizes, so read them back with `socketBuffers`. */
export function requestSocketBuffers(fd: number, { sndbufBytes, rcvbufBytes }: SocketBufferRequest): void {
  if (sndbufBytes !== undefined) setOption(fd, SOL_SOCKET, SO_SNDBUF, Math.min(sndbufBytes, LARGEST_INT));
  if (rcvbufBytes !== undefined) setOption(fd, SOL_SOCKET, SO_RCVBUF, Math.min(rcvbufBytes, LARGEST_INT));
}

/** The buffers that the kernel granted. */
export const socketBuffers = (fd: number): SocketBuffers => ({
  sndbufBytes: getIntegerOption(fd, SOL_SOCKET, SO_SNDBUF),
  rcvbufBytes: getIntegerOption(fd, SOL_SOCKET, SO_RCVBUF),
});

/** Room for `struct tcp_info` as of Linux 6.x; an older kernel fills less. */
const TCP_INFO_BYTES = 256;

/** `struct tcp_info` of the oldest kernels. An emulator that does not know the option gives less. */
const LEAST_TCP_INFO_BYTES = 104;

/** One for all samples, because connections are sampled while they are measured. */
const tcpInfo = new Uint8Array(new ArrayBuffer(TCP_INFO_BYTES));

/**
 * The kernel's `struct tcp_info` of a socket; undefined when it is not an open TCP socket, or is emulated.
 * @returns bytes that the next call overwrites
 */
export function tcpInfoBytes(fd: number): Uint8Array | undefined {
  const length = getOption(fd, IPPROTO_TCP, TCP_INFO, tcpInfo);
  return length === undefined || length < LEAST_TCP_INFO_BYTES ? undefined : tcpInfo.subarray(0, length);
}

/** A socket option that is a name of at most 15 bytes; undefined when the socket has no such option. */
export function getNameOption(fd: number, level: number, option: number): string | undefined {
  const name = Buffer.from(new ArrayBuffer(16));
  const length = getOption(fd, level, option, name);
  return length === undefined ? undefined : name.toString("latin1").replace(/\0.*/s, "");
}

/** The congestion control of a TCP socket, such as `cubic`; undefined when it is not an open TCP socket. */
export const congestionControl = (fd: number): string | undefined => getNameOption(fd, IPPROTO_TCP, TCP_CONGESTION);

/** Changes the backlog of a listening socket: Bun's is always 512. */
export function setBacklog(fd: number, backlog: number): void {
  libc().listen(fd, backlog);
}

/** Whether the socket's connection is established, or was before the peer closed it. */
export function isConnected(fd: number): boolean {
  const peer = new Uint8Array(128);
  valueLength[0] = peer.byteLength;
  return libc().getpeername(fd, ptr(peer), ptr(valueLength)) === 0;
}

/** Makes this thread's sleeps end on time instead of up to 50 µs late. */
export function sharpenTimers(): void {
  libc().prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}

/** Ends this process when the one that started it ends, however that happens. */
export function dieWithParent(): void {
  libc().prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

/** Sleeps until a descriptor has something to read. */
export class ReadableWait {
  /** `struct pollfd`: int fd; short events, revents */
  readonly #pollfd = new Int32Array(new ArrayBuffer(8));
  /** `struct timespec`, LP64: i64 seconds, i64 nanoseconds, little-endian */
  readonly #timeout = new Int32Array(new ArrayBuffer(16));

  constructor(fd: number) {
    this.#pollfd[0] = fd;
    this.#pollfd[1] = POLLIN;
  }

  /** @param forNs at most, below 1 s; 0 only looks. @returns whether there is something to read */
  wait(forNs: number): boolean {
    this.#timeout[2] = forNs;
    return libc().ppoll(ptr(this.#pollfd), 1, ptr(this.#timeout), null) > 0;
  }
}
