import { getSystemErrorName } from "node:util";

/** `ECONNREFUSED` of 111; `errno 4095` of a number that has no name. */
export function systemErrorName(errno: number): string {
  try {
    return getSystemErrorName(-errno);
  } catch {
    return `errno ${errno}`;
  }
}

const phrases: Record<string, string> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset by peer",
  EPIPE: "connection closed by peer",
  ETIMEDOUT: "timed out",
  ENETUNREACH: "network unreachable",
  EHOSTUNREACH: "host unreachable",
  EADDRNOTAVAIL: "no free source port",
  NOT_LOCAL: "address not available on this machine",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EMFILE: "out of file descriptors",
  ENFILE: "the system is out of file descriptors",
  ENOENT: "no such socket file",
};

/** A system error in words; its code where there are none. */
export const systemErrorPhrase = (code: string): string => phrases[code] ?? code;
