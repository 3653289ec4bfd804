import { constants } from "node:os";
import { getSystemErrorMap } from "node:util";
import { systemErrorCode } from "./errors.ts";

const libuvNames = new Set([...getSystemErrorMap().values()].map(([name]) => name));

/** Of two names for one error, such as EAGAIN and EWOULDBLOCK, the one that Bun uses too comes last. */
const byFamiliarity = (names: ReadonlyArray<readonly [name: string, errno: number]>) =>
  names.toSorted(([a], [b]) => Number(libuvNames.has(a)) - Number(libuvNames.has(b)));

const namesByNumber = new Map<number, string>([
  ...[...getSystemErrorMap()].map(([errno, [name]]) => [-errno, name] as const),
  // Last, as these are the C library's names: libuv has numbers of its own for what a platform lacks.
  ...byFamiliarity(Object.entries(constants.errno)).map(([name, errno]) => [errno, name] as const),
]);

/** The name of a system error: `ECONNREFUSED` for 111, `errno 4095` for a number without a name. */
export const systemErrorName = (errno: number): string => namesByNumber.get(errno) ?? `errno ${errno}`;

/** Where the system's own words would not help, or there are none. */
const phrases = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "connection reset by peer"],
  ["EPIPE", "connection closed by peer"],
  ["ETIMEDOUT", "timed out"],
  ["ENETUNREACH", "network unreachable"],
  ["EHOSTUNREACH", "host unreachable"],
  ["EADDRNOTAVAIL", "no free source port"],
  ["NOT_LOCAL", "address not available on this machine, see --bind"],
  ["NO_INTERFACE", "a link-local address needs its network interface, as in fe80::1%eth0"],
  ["NO_ADDRESS", "not an address that can be connected to"],
  ["EACCES", "permission denied"],
  ["EPERM", "not permitted"],
  ["EMFILE", "out of file descriptors"],
  ["ENFILE", "the system is out of file descriptors"],
  ["ENOENT", "no such socket file"],
  ["ENAMETOOLONG", "the path of the socket file is too long"],
  ["EPROTOTYPE", "the socket file is one of another kind, for datagrams"],
]);

/** Linux has them, and libuv has no words for them. */
const rareErrors = new Map([
  ["EBADMSG", "bad message"],
  ["ECHILD", "no child process"],
  ["EDEADLK", "resource deadlock would occur"],
  ["EDOM", "argument out of range"],
  ["EDQUOT", "disk quota exceeded"],
  ["EIDRM", "identifier removed"],
  ["EINPROGRESS", "operation in progress"],
  ["EMULTIHOP", "multihop attempted"],
  ["ENOLCK", "no locks available"],
  ["ENOLINK", "the link has been severed"],
  ["ENOMSG", "no message of this type"],
  ["ENOSR", "out of stream resources"],
  ["ENOSTR", "not a stream device"],
  ["ESTALE", "stale file handle"],
  ["ETIME", "timer expired"],
  ["EWOULDBLOCK", "the operation would block"],
  ["ENETRESET", "the network dropped the connection"],
  ["ENOEXEC", "not an executable"],
  ["EOPNOTSUPP", "operation not supported"],
]);

const systemWords = new Map<string, string>(getSystemErrorMap().values());

/** A system error in words. The code follows where the words are the system's, so that it can be looked up. */
export function systemErrorPhrase(code: string): string {
  const phrase = phrases.get(code);
  if (phrase !== undefined) return phrase;
  const words = systemWords.get(code) ?? rareErrors.get(code);
  if (words !== undefined) return `${words} (${code})`;
  return /\s/.test(code) ? code.replace(/^errno /, "system error ") : `the system reports ${code}`;
}

/** The name that BoringSSL or Bun gives a TLS failure, such as `WRONG_VERSION_NUMBER` or `CERT_HAS_EXPIRED`. */
export function tlsErrorName(error: Error): string {
  // BoringSSL: error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER
  const routine = /^error:[0-9a-f]+:.*:(\w+)$/.exec(error.message)?.[1];
  return routine ?? systemErrorCode(error) ?? "";
}

/** A name as words: `wrong version number`. */
export const spellOut = (name: string): string => name.toLowerCase().replaceAll("_", " ");
