import { clientOptions } from "../client/options/options.ts";
import { checkRun, executeRun } from "../client/run/execute.ts";
import { noObserver } from "../client/run/observer.ts";
import { encodeResult } from "../lib/result/decoded-result.ts";
import type { Interval, RunResult } from "../lib/result/run-result.ts";
import { type CallSettings, signalOf } from "./call-settings.ts";
import { type OptionsInput, readOptions } from "./options.ts";
import { RowQueue } from "./row-queue.ts";

/** Options that belong to the program: where its report goes, its admin page, and the server that it starts. */
const without = [
  ...(["ndjson", "json", "csv", "html", "hdr", "prometheus", "quiet", "config"] as const),
  ...(["admin", "adminToken", "serverCommand"] as const),
] as const;

/**
 * The options of `echobench client`, without those of its reports, its admin page and its server. Durations and sizes are written as on the command line
 * (`"30s"`, `"64k"`) or as numbers of milliseconds and bytes.
 */
export type LoadOptions = OptionsInput<typeof clientOptions, (typeof without)[number]>;

/** A load under way: await it for its result, iterate over it for the rows of its time series as they are measured. */
export interface LoadRun extends Promise<RunResult>, AsyncIterable<Interval> {}

/**
 * Puts load on an echo server and verifies every byte that comes back. A run that is ended early has the result of what it
 * measured; its verdict is `interrupted`. Problems of the run are in the result, as errors, warnings and verdict.
 * @throws UsageError when an option is wrong
 * @throws UnreachableError when the server cannot be connected to
 * @throws InterruptedError when it was ended before anything was measured
 */
export function runLoad(options: LoadOptions, settings: CallSettings = {}): LoadRun {
  const rows = new RowQueue<Interval>();
  const run = async (): Promise<RunResult> => {
    const signal = signalOf(settings);
    const resolved = readOptions({ schema: clientOptions, without }, options);
    checkRun(resolved);
    const observer = { ...noObserver, ownsProcess: false, onInterval: (row: Interval) => rows.add(row) };
    const result = await executeRun(
      resolved,
      () => signal,
      () => observer,
      () => {},
    );
    return encodeResult(result);
  };
  const result = run();
  // Whoever iterates gets the error there, and need not await the run.
  result.then(
    () => rows.end(),
    (error: unknown) => rows.end(error),
  );
  return Object.assign(result, { [Symbol.asyncIterator]: () => rows[Symbol.asyncIterator]() });
}
