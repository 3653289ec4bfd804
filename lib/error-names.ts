import { getSystemErrorName } from "node:util";
import { systemErrorCode } from "./errors.ts";

/** The name of a system error: `ECONNREFUSED` for 111, `errno 4095` for a number without a name. */
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

/** A system error in words, or its code when it has none here. */
export const systemErrorPhrase = (code: string): string => phrases[code] ?? code;

/** The name that BoringSSL or Bun gives a TLS failure, such as `WRONG_VERSION_NUMBER` or `CERT_HAS_EXPIRED`. */
export function tlsErrorName(error: Error): string {
  // BoringSSL: error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER
  const routine = /^error:[0-9a-f]+:.*:(\w+)$/.exec(error.message)?.[1];
  return routine ?? systemErrorCode(error) ?? "";
}

/** A name as words: `wrong version number`. */
export const spellOut = (name: string): string => name.toLowerCase().replaceAll("_", " ");
