import type { SocketBuffers } from "../../lib/posix/libc.ts";
import type { Counters } from "./counters.ts";
import type { Sample } from "./sample.ts";

/** Everything the server tells while it runs. A client is named `127.0.0.1:54321`, `[::1]:54321` or `unix#3`. */
export type LogEvent =
  | { readonly kind: "CONNECT"; readonly client: string }
  | { readonly kind: "DATA"; readonly client: string; readonly rxBytes: number; readonly txBytes: number }
  | {
      readonly kind: "DISCONNECT";
      readonly client: string;
      readonly connectedMs: number;
      readonly rxBytes: number;
      readonly txBytes: number;
    }
  | { readonly kind: "REJECT"; readonly client: string; readonly reason: string }
  | { readonly kind: "TIMEOUT"; readonly client: string; readonly idleMs: number }
  | { readonly kind: "ERROR"; readonly client: string; readonly message: string }
  /** what SIGHUP has led to */
  | { readonly kind: "RELOAD"; readonly message: string }
  /** a worker has died or is there again */
  | { readonly kind: "WORKER"; readonly worker: number; readonly message: string };

/** What the server tells when it is up. */
export interface StartReport {
  readonly version: string;
  /** `0.0.0.0:7878` or the path of a socket file */
  readonly endpoint: string;
  /** the kernel's socket buffers, null where it cannot be asked */
  readonly granted: SocketBuffers | null;
  /** such as what the kernel granted, and that there is no authentication */
  readonly notes: readonly string[];
}

/** What the server tells when it ends. */
export interface EndReport extends Counters {
  readonly uptimeMs: number;
  /** connections that had to be cut with echoes unsent when the grace period was over */
  readonly cut: number;
}

/** Live figures. */
export interface StatsReport {
  readonly counters: Counters;
  /** of about a second */
  readonly sample: Sample;
  readonly uptimeMs: number;
}

/** Turns reports and events into text that ends with a line break. */
export interface LogFormat {
  start(timeMs: number, report: StartReport): string;
  event(timeMs: number, event: LogEvent): string;
  stats(timeMs: number, report: StatsReport): string;
  /** `lines` could not be written in time and are lost */
  dropped(timeMs: number, lines: number): string;
  end(timeMs: number, report: EndReport): string;
}
