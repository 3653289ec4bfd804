import { systemErrorName } from "../error-names.ts";
import {
  EAGAIN,
  EINPROGRESS,
  EINTR,
  IPPROTO_TCP,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SHUT_WR,
  SO_BUSY_POLL,
  SO_ERROR,
  SO_INCOMING_CPU,
  SO_KEEPALIVE,
  SO_LINGER,
  SOL_SOCKET,
  TCP_KEEPIDLE,
  TCP_NODELAY,
} from "./constants.ts";
import { getIntegerOption, lastErrorNumber, libc, setOption } from "./libc.ts";
import { Addresses } from "./memory.ts";

/** The result of a call that would have to wait. Results are bytes, 0 at the peer's FIN, or a negated error number. */
export const WOULD_BLOCK = -EAGAIN;

/** The name of the error in a result below 0. */
export const resultError = (result: number): string => systemErrorName(-result);

const sources = new Addresses();
const targets = new Addresses();

/**
 * Turns the C library's -1 into a negated error number, which is the form of io_uring's results. A first send that has to
 * make the connection (TCP Fast Open) and took no bytes is EINPROGRESS.
 */
function outcome(result: number): number {
  if (result >= 0) return result;
  const errno = lastErrorNumber();
  return errno === EINTR || errno === EINPROGRESS ? WOULD_BLOCK : -errno;
}

/** Reads into a range of bytes. @returns bytes read, 0 at the peer's FIN, or a number below 0 */
export const receive = (fd: number, into: Uint8Array, offset: number, length: number): number =>
  outcome(libc().recv(fd, targets.of(into, offset, length), length, MSG_DONTWAIT));

/** Sends a range of bytes. @returns bytes taken, or a number below 0 */
export const send = (fd: number, from: Uint8Array, offset: number, length: number): number =>
  outcome(libc().send(fd, sources.of(from, offset, length), length, MSG_DONTWAIT | MSG_NOSIGNAL));

/** Sends FIN; the socket can still receive. */
export const sendFin = (fd: number): void => void libc().shutdown(fd, SHUT_WR);

/** The socket's pending error, such as that of a failed connect, and clears it; undefined when there is none. */
export function takeError(fd: number): string | undefined {
  const errno = getIntegerOption(fd, SOL_SOCKET, SO_ERROR);
  return errno === 0 ? undefined : systemErrorName(errno);
}

/** Whether small messages are sent at once instead of being collected (Nagle's algorithm). */
export const setNoDelay = (fd: number, isOn: boolean): void =>
  void setOption(fd, IPPROTO_TCP, TCP_NODELAY, isOn ? 1 : 0);

/** Asks the kernel to poll the device of a socket for so many microseconds before it sleeps; it may not be allowed. */
export const requestBusyPoll = (fd: number, us: number): void => void setOption(fd, SOL_SOCKET, SO_BUSY_POLL, us);

/** The processor on which the kernel took the socket's last bytes from the network; below 0 when there were none. */
export const incomingCpu = (fd: number): number => getIntegerOption(fd, SOL_SOCKET, SO_INCOMING_CPU);

/** Makes the kernel probe the peer after that much silence, in whole seconds of at least 1. */
export function setKeepAlive(fd: number, silenceMs: number): void {
  setOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  setOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, Math.max(1, Math.round(silenceMs / 1_000)));
}

/** `struct linger`: int l_onoff, l_linger. */
const lingerNever = new Int32Array(new ArrayBuffer(8));
lingerNever[0] = 1;

/** Makes closing the socket abort the connection: RST to the peer. */
export const dropOnClose = (fd: number): void => void setOption(fd, SOL_SOCKET, SO_LINGER, lingerNever);
