import { type LatencySummary, summarizeLatency } from "../../lib/latency/latency-summary.ts";
import { LatencyHistogram } from "../../lib/latency/histogram.ts";
import type { SoakEvent, SoakEventOf, SoakSetting } from "./events.ts";
import { findPatterns, type Pattern } from "./patterns.ts";

/** Events that are kept, the latest ones; all are counted. */
const KEPT = 1_000;

type Kept = SoakEventOf<"break"> | SoakEventOf<"recover"> | SoakEventOf<"stall">;

/** The figures of a soak. Times in ms. */
export interface SoakFigures {
  readonly sessions: number;
  readonly startedAt: number;
  /** without the time between sessions */
  readonly observedMs: number;
  readonly sent: number;
  readonly echoed: number;
  readonly rttNs: LatencySummary;
  readonly breaks: { readonly total: number; readonly byCause: Readonly<Record<string, number>> };
  readonly stalls: { readonly total: number; readonly longestMs: number };
  /** connections that the server did not close as it should; what was wrong with the first one, in words */
  readonly badCloses: { readonly total: number; readonly first: string | null };
  /** an outage that is still going on counts until now */
  readonly outages: {
    readonly total: number;
    readonly longestMs: number;
    readonly totalMs: number;
    readonly openNow: number;
  };
  /** share of the time that connections were up, 0 to 1; 1 when no time has passed */
  readonly availability: number;
  /** -log10(1 - availability); null when nothing broke */
  readonly nines: number | null;
  /** time that connections were up for each outage; null when nothing broke */
  readonly mtbfMs: number | null;
  readonly patterns: readonly Pattern[];
  readonly events: readonly Kept[];
  /** whether the last session ended normally, not by kill -9 or a crash */
  readonly isComplete: boolean;
}

/**
 * Sums up the events of a soak, live or from a journal, in bounded memory. The time between sessions does not count.
 */
export class SoakSummary {
  readonly #latencies = new LatencyHistogram();
  readonly #down = new Map<number, number>();
  readonly #byCause: Record<string, number> = {};
  #kept: Kept[] = [];
  #setting: SoakSetting | undefined;
  #sessions = 0;
  #startedAt = 0;
  #sessionStart = 0;
  #lastAt = 0;
  #earlierMs = 0;
  /** connections times ms, of earlier sessions */
  #earlierConnectionMs = 0;
  #isComplete = true;
  #sent = 0;
  #echoed = 0;
  #breaks = 0;
  #stalls = 0;
  #badCloses = 0;
  #firstBadClose: string | null = null;
  #longestStallMs = 0;
  #outages = 0;
  #downMs = 0;
  #longestOutageMs = 0;

  add(event: SoakEvent): void {
    if (event.kind === "start") return this.#begin(event);
    this.#lastAt = Math.max(this.#lastAt, event.at);
    switch (event.kind) {
      case "up":
        return this.#endOutage(event.connection, event.at);
      case "break":
        return this.#break(event);
      case "recover":
        this.#keep(event);
        return this.#endOutage(event.connection, event.at);
      case "stall":
        this.#keep(event);
        this.#stalls++;
        this.#longestStallMs = Math.max(this.#longestStallMs, event.tookMs);
        return;
      case "bad-close":
        this.#badCloses++;
        this.#firstBadClose ??= event.message;
        return;
      case "tick":
        this.#sent += event.sent;
        for (const [ns, count] of event.latencies) {
          this.#latencies.record(ns, count);
          this.#echoed += count;
        }
        return;
      case "end":
        this.#isComplete = true;
    }
  }

  #begin({ at, setting }: SoakEventOf<"start">): void {
    this.#endSession();
    if (this.#sessions++ === 0) this.#startedAt = at;
    this.#setting = setting;
    this.#sessionStart = at;
    this.#lastAt = at;
    this.#isComplete = false;
  }

  /** Ends all outages, because the state after the session is unknown. */
  #endSession(): void {
    for (const connection of [...this.#down.keys()]) this.#endOutage(connection, this.#lastAt);
    const lengthMs = this.#lastAt - this.#sessionStart;
    this.#earlierMs += lengthMs;
    this.#earlierConnectionMs += lengthMs * (this.#setting?.connections ?? 0);
  }

  #break(event: SoakEventOf<"break">): void {
    this.#keep(event);
    this.#breaks++;
    this.#byCause[event.cause] = (this.#byCause[event.cause] ?? 0) + 1;
    if (this.#down.has(event.connection)) return;
    this.#outages++;
    this.#down.set(event.connection, event.at);
  }

  #endOutage(connection: number, at: number): void {
    const since = this.#down.get(connection);
    if (since === undefined) return;
    this.#down.delete(connection);
    this.#downMs += at - since;
    this.#longestOutageMs = Math.max(this.#longestOutageMs, at - since);
  }

  #keep(event: Kept): void {
    this.#kept.push(event);
    if (this.#kept.length >= 2 * KEPT) this.#kept = this.#kept.slice(-KEPT);
  }

  /** The setting of the latest session; undefined before the first one. */
  get setting(): SoakSetting | undefined {
    return this.#setting;
  }

  /** The figures so far. */
  get figures(): SoakFigures {
    const connections = this.#setting?.connections ?? 0;
    const lengthMs = this.#lastAt - this.#sessionStart;
    const connectionMs = this.#earlierConnectionMs + lengthMs * connections;
    const open = [...this.#down.values()].map((since) => this.#lastAt - since);
    const downMs = open.reduce((sum, ms) => sum + ms, this.#downMs);
    const availability = connectionMs > 0 ? Math.max(0, 1 - downMs / connectionMs) : 1;
    const events = this.#kept.slice(-KEPT);
    return {
      sessions: this.#sessions,
      startedAt: this.#startedAt,
      observedMs: this.#earlierMs + lengthMs,
      sent: this.#sent,
      echoed: this.#echoed,
      rttNs: summarizeLatency(this.#latencies),
      breaks: { total: this.#breaks, byCause: { ...this.#byCause } },
      stalls: { total: this.#stalls, longestMs: this.#longestStallMs },
      badCloses: { total: this.#badCloses, first: this.#firstBadClose },
      outages: {
        total: this.#outages,
        longestMs: Math.max(this.#longestOutageMs, ...open),
        totalMs: downMs,
        openNow: open.length,
      },
      availability,
      nines: downMs > 0 ? -Math.log10(1 - availability) : null,
      mtbfMs: this.#outages > 0 ? (connectionMs - downMs) / this.#outages : null,
      patterns: findPatterns(
        events.filter((event) => event.kind === "break"),
        connections,
      ),
      events,
      isComplete: this.#isComplete,
    };
  }
}
