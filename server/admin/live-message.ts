/** A point of the charts: the rates of about a second. */
export interface LivePoint {
  /** ms since 1970 */
  readonly timeMs: number;
  readonly active: number;
  readonly connectionsPerSecond: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
}

/** An event of the log; which fields it has depends on its kind. */
export interface LiveEvent {
  readonly timeMs: number;
  readonly kind: string;
  readonly client?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly idleMs?: number;
  readonly connectedMs?: number;
  readonly rxBytes?: number;
  readonly txBytes?: number;
}

/** The figures that the live page shows, of all processes together. */
export interface LiveFigures {
  readonly state: "serving" | "stalled" | "draining";
  readonly endpoints: readonly string[];
  readonly version: string;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly uptimeMs: number;
  readonly counters: {
    readonly active: number;
    readonly peak: number;
    readonly connections: number;
    readonly bytesIn: number;
    readonly bytesOut: number;
    readonly rejected: number;
    readonly rejectedByReason: Readonly<Record<string, number>>;
    readonly timedOut: number;
    readonly errors: number;
    readonly errorsByKind: Readonly<Record<string, number>>;
  };
  readonly rates: { readonly bytesInPerSecond: number; readonly bytesOutPerSecond: number };
  readonly workers: ReadonlyArray<{
    readonly worker: number;
    readonly pid: number;
    readonly restarts: number;
    readonly isServing: boolean;
    readonly eventLoopLagMs: number;
    readonly counters: {
      readonly active: number;
      readonly connections: number;
      readonly bytesIn: number;
      readonly bytesOut: number;
    };
  }>;
  readonly talkers: ReadonlyArray<{
    readonly client: string;
    readonly connectedMs: number;
    readonly bytesIn: number;
    readonly bytesOut: number;
    readonly bytesPerSecond: number;
  }>;
  /** the newest last */
  readonly events: readonly LiveEvent[];
}

/** What the live page gets: first the figures with all points, then every second the figures with the newest point. */
export type LiveMessage = LiveFigures &
  ({ readonly history: readonly LivePoint[] } | { readonly sample: LivePoint; readonly history?: undefined });
