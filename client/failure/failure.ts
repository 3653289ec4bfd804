import { formatCount } from "../../lib/text/format-units.ts";

/** How a connection can fail. */
export type FailureKind =
  | "connect-refused"
  | "connect-timed-out"
  | "connect-unreachable"
  | "connect-failed"
  | "ports-exhausted"
  | "descriptors-exhausted"
  | "tls"
  | "reset"
  | "closed-early"
  | "echo-timed-out"
  | "close-timed-out"
  | "close-reset"
  | "mismatch"
  | "surplus";

/** Failures of a connection that had done all it had to. */
export const isAfterLoad = (kind: FailureKind): boolean => kind === "close-timed-out" || kind === "close-reset";

/** One failure of a connection. */
export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  /** counted from 0 */
  readonly connection: number | null;
  /** position of the first wrong byte in what the connection received, counted from 0 */
  readonly offset: number | null;
  /** hexadecimal */
  readonly expected: string | null;
  readonly actual: string | null;
}

/** A failure that is not about particular bytes. */
export const plainFailure = (kind: FailureKind, connection: number, message: string): Failure => ({
  kind,
  message,
  connection,
  offset: null,
  expected: null,
  actual: null,
});

/** The end of a connection and its missing bytes, in words. */
export function describeLoss(end: string, missingBytes: number, receivedBytes: number): string {
  const loss = missingBytes === 0 ? end : `${end}, ${formatCount(missingBytes)} bytes were not echoed`;
  return receivedBytes === 0 ? `${loss}; nothing had come back yet` : loss;
}

const connectKinds: Record<string, FailureKind> = {
  ECONNREFUSED: "connect-refused",
  ENOENT: "connect-refused",
  ETIMEDOUT: "connect-timed-out",
  ENETUNREACH: "connect-unreachable",
  EHOSTUNREACH: "connect-unreachable",
  EADDRNOTAVAIL: "ports-exhausted",
  EMFILE: "descriptors-exhausted",
  ENFILE: "descriptors-exhausted",
};

/** The kind of failure of a connect that ended with this system error. */
export const connectFailureKind = (code: string): FailureKind => connectKinds[code] ?? "connect-failed";
