import type { RunPhase } from "./progress.ts";

/** A point of the charts: a row of the time series. Latencies are null in a row without messages. */
export interface RunPoint {
  /** its end, ms since 1970 */
  readonly timeMs: number;
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly p50Ns: number | null;
  readonly p99Ns: number | null;
  readonly maxNs: number | null;
  readonly openConnections: number;
}

/** One of the first failures of a run. */
export interface LiveFailure {
  /** ms since 1970 */
  readonly timeMs: number;
  /** number of the connection, counted from 0 */
  readonly connection: number | null;
  readonly message: string;
}

/** The figures of a run so far. */
export interface RunFigures {
  readonly version: string;
  /** `127.0.0.1:7878`, or the path of a socket file */
  readonly target: string;
  /** in a sentence; null until the run begins */
  readonly load: string | null;
  /** ISO 8601; null until the load starts */
  readonly startedAt: string | null;
  readonly phase: RunPhase;
  /** of the result, once there is one */
  readonly verdict: { readonly kind: "pass" | "fail" | "interrupted"; readonly reason: string } | null;
  /** since the window opened, at most until it closed; negative in the warm-up, null until the load starts */
  readonly elapsedMs: number | null;
  /** null when the run has no end in time */
  readonly durationMs: number | null;
  /** null when nothing tells */
  readonly leftMs: number | null;
  /** the part of the run that is done, from 0 to 1 */
  readonly share: number;
  readonly connections: { readonly wanted: number; readonly open: number; readonly established: number };
  readonly messages: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly errors: number;
  /** null where only the server sees them */
  readonly retransmits: number | null;
  readonly failures: readonly LiveFailure[];
}

/** What the live page gets: first the figures with all points, then the figures with the newest point, if there is one. */
export type LiveMessage = RunFigures & {
  readonly history?: readonly RunPoint[];
  readonly sample?: RunPoint | undefined;
};
