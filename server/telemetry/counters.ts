import { type Count, type SharedTally, Tally } from "./tally.ts";

/** What the server did since it started, all its processes together. */
export interface Counters {
  readonly connections: number;
  readonly active: number;
  readonly peak: number;
  readonly rejected: number;
  readonly rejectedByReason: { readonly address: number; readonly limit: number; readonly tls: number };
  readonly timedOut: number;
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

/** Why a peer was not served. */
export type RejectReason = keyof Counters["rejectedByReason"];

const rejectCounts = {
  address: "rejectedAddress",
  limit: "rejectedLimit",
  tls: "rejectedTls",
} as const satisfies Record<RejectReason, Count>;

/** Where a peer that is not served is counted. */
export const rejectCount = (reason: RejectReason): Count => rejectCounts[reason];

/**
 * Where a connection that broke is counted.
 * @param code of the system error
 * @param byTls whether TLS broke it
 */
export function errorCount(code: string, byTls: boolean): Count {
  if (byTls) return "errorsTls";
  if (code === "ECONNRESET" || code === "EPIPE") return "errorsReset";
  return code === "ETIMEDOUT" ? "errorsTimeout" : "errorsOther";
}

/** The counts of one process, which serves `active` connections now. */
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

/** The counts of all processes together. */
export function countAll({ tallies, places }: SharedTally): Counters {
  const all = new Tally();
  for (const tally of tallies) all.include(tally);
  return countersOf(
    all,
    places.reduce((sum, taken) => sum + taken, 0),
  );
}
