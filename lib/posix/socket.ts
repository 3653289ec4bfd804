import { FFIType, ptr } from "bun:ffi";
import { lastErrorNumber, loadLibc } from "./libc.ts";
import { Addresses } from "./memory.ts";
import { systemErrorName } from "../system-errors.ts";

/** Linux, x86-64 and arm64: bits/socket.h, asm-generic/socket.h, netinet/tcp.h, asm-generic/errno.h. */
const MSG_NOSIGNAL = 0x4000;
const MSG_DONTWAIT = 0x40;
const SHUT_WR = 1;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_KEEPALIVE = 9;
const SO_LINGER = 13;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_KEEPIDLE = 4;
const EINTR = 4;
const EAGAIN = 11;

const { i32, u32, u64 } = FFIType;
const address = FFIType.ptr;

const symbols = loadLibc({
  // Lengths stay below 2 GiB, so that what comes back fits an i32.
  recv: { args: [i32, address, u64, i32], returns: i32 },
  send: { args: [i32, address, u64, i32], returns: i32 },
  shutdown: { args: [i32, i32], returns: i32 },
  close: { args: [i32], returns: i32 },
  setsockopt: { args: [i32, i32, i32, address, u32], returns: i32 },
  getsockopt: { args: [i32, i32, i32, address, address], returns: i32 },
});

function libc(): NonNullable<typeof symbols> {
  if (!symbols) throw new Error("sockets by their descriptors are not to be had on this platform");
  return symbols;
}

/** What a call on a socket gave: bytes, 0 at the peer's FIN, this, or an error number below 0. */
export const WOULD_BLOCK = -EAGAIN;

/** The name of the error that a call gave. */
export const resultError = (result: number): string => systemErrorName(-result);

const sources = new Addresses();
const targets = new Addresses();

/** The same as io_uring's results. */
function outcome(result: number): number {
  if (result >= 0) return result;
  const errno = lastErrorNumber();
  return errno === EINTR ? WOULD_BLOCK : -errno;
}

/** Reads into a range of bytes. @returns bytes read, 0 at the peer's FIN, or a number below 0 */
export const receive = (fd: number, into: Uint8Array, offset: number, length: number): number =>
  outcome(libc().recv(fd, targets.of(into, offset, length), length, MSG_DONTWAIT));

/** Sends a range of bytes. @returns bytes taken, or a number below 0 */
export const send = (fd: number, from: Uint8Array, offset: number, length: number): number =>
  outcome(libc().send(fd, sources.of(from, offset, length), length, MSG_DONTWAIT | MSG_NOSIGNAL));

/** Sends FIN and keeps reading. */
export const sendFin = (fd: number): void => void libc().shutdown(fd, SHUT_WR);

function setOption(fd: number, level: number, option: number, ...values: readonly number[]): void {
  const value = new Int32Array(new ArrayBuffer(values.length * 4));
  value.set(values);
  libc().setsockopt(fd, level, option, ptr(value), value.byteLength);
}

/** What has gone wrong with a socket since this was asked before, as a connect that failed; undefined when nothing has. */
export function takeError(fd: number): string | undefined {
  const value = new Int32Array(new ArrayBuffer(4));
  const length = new Uint32Array(new ArrayBuffer(4)).fill(4);
  libc().getsockopt(fd, SOL_SOCKET, SO_ERROR, ptr(value), ptr(length));
  return value[0] ? systemErrorName(value[0]) : undefined;
}

/** Whether small messages are sent at once. */
export const setNoDelay = (fd: number, isOn: boolean): void => setOption(fd, IPPROTO_TCP, TCP_NODELAY, isOn ? 1 : 0);

/** Has the kernel probe the peer after so much silence. */
export function setKeepAlive(fd: number, silenceMs: number): void {
  setOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  setOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, Math.max(1, Math.round(silenceMs / 1_000)));
}

/** Closing the socket drops the connection: RST to the peer. */
export const dropOnClose = (fd: number): void => {
  // struct linger: int l_onoff, l_linger
  setOption(fd, SOL_SOCKET, SO_LINGER, 1, 0);
};

export const closeSocket = (fd: number): void => void libc().close(fd);
