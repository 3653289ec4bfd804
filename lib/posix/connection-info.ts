import { libcAvailable, tcpInfoBytes } from "./libc.ts";
import { readTcpInfo, type TcpInfo } from "./tcp-info.ts";

/** What the kernel knows of a TCP connection; undefined where it cannot be asked, and of other sockets. */
export function connectionInfo(fd: number | undefined): TcpInfo | undefined {
  const bytes = libcAvailable && fd !== undefined ? tcpInfoBytes(fd) : undefined;
  return bytes && readTcpInfo(bytes);
}
