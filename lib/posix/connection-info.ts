import { libcAvailable, tcpInfoBytes } from "./libc.ts";
import { readTcpInfo, readTcpSample, type TcpInfo, type TcpSample } from "./tcp-info.ts";

const infoBytes = (fd: number | undefined): Uint8Array | undefined =>
  libcAvailable && fd !== undefined ? tcpInfoBytes(fd) : undefined;

/** What the kernel knows of a TCP connection; undefined where it cannot be asked, and of other sockets. */
export function connectionInfo(fd: number | undefined): TcpInfo | undefined {
  const bytes = infoBytes(fd);
  return bytes && readTcpInfo(bytes);
}

/** The part of it that is sampled while a connection is measured. */
export function connectionSample(fd: number | undefined): TcpSample | undefined {
  const bytes = infoBytes(fd);
  return bytes && readTcpSample(bytes);
}
