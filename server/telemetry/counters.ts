import { type Count, type SharedTally, Tally } from "./tally.ts";

/** What the server has counted since it started. */
export interface Counters {
  /** connections served, those that have ended included */
  readonly connections: number;
  /** connections open now */
  readonly active: number;
  /** most connections open at once */
  readonly peak: number;
  /** connections not served */
  readonly rejected: number;
  readonly rejectedByReason: { readonly address: number; readonly limit: number; readonly tls: number };
  /** connections closed because no byte moved for `--idle-timeout` */
  readonly timedOut: number;
  /** connections that broke */
  readonly errors: number;
  readonly errorsByKind: {
    readonly reset: number;
    readonly timeout: number;
    readonly tls: number;
    readonly other: number;
  };
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Why a connection was not served. */
export type RejectReason = keyof Counters["rejectedByReason"];

const rejectCounts = {
  address: "rejectedAddress",
  limit: "rejectedLimit",
  tls: "rejectedTls",
} as const satisfies Record<RejectReason, Count>;

/** The counter of a rejected connection. */
export const rejectCount = (reason: RejectReason): Count => rejectCounts[reason];

/**
 * The counter of a connection that broke.
 * @param code of the system error
 * @param byTls whether the cause is a TLS error
 */
export function errorCount(code: string, byTls: boolean): Count {
  if (byTls) return "errorsTls";
  if (code === "ECONNRESET" || code === "EPIPE") return "errorsReset";
  return code === "ETIMEDOUT" ? "errorsTimeout" : "errorsOther";
}

/** The counters of one process, which has `active` connections now. */
export function countersOf(tally: Tally, active: number): Counters {
  const rejectedByReason = {
    address: tally.get("rejectedAddress"),
    limit: tally.get("rejectedLimit"),
    tls: tally.get("rejectedTls"),
  };
  const errorsByKind = {
    reset: tally.get("errorsReset"),
    timeout: tally.get("errorsTimeout"),
    tls: tally.get("errorsTls"),
    other: tally.get("errorsOther"),
  };
  const { address, limit, tls } = rejectedByReason;
  return {
    connections: tally.get("connections"),
    active,
    peak: tally.get("peak"),
    rejected: address + limit + tls,
    rejectedByReason,
    timedOut: tally.get("timedOut"),
    errors: errorsByKind.reset + errorsByKind.timeout + errorsByKind.tls + errorsByKind.other,
    errorsByKind,
    bytesIn: tally.get("bytesIn"),
    bytesOut: tally.get("bytesOut"),
  };
}

/** The sum of the counters of all processes. */
export function countAll({ tallies, active }: SharedTally): Counters {
  const all = new Tally();
  for (const tally of tallies) all.include(tally);
  return countersOf(
    all,
    active.reduce((sum, connections) => sum + connections, 0),
  );
}
