import { z } from "zod";
import { UsageError } from "../../lib/errors.ts";
import { durationText } from "../../lib/text/format-units.ts";
import {
  configFile,
  duration,
  flag,
  inputFile,
  integer,
  outputFile,
  size,
  writtenFile,
} from "../../lib/cli/option-kinds.ts";
import type { Conflict } from "../../lib/cli/resolve-options.ts";
import { checkFamilies } from "../options/option-checks.ts";
import { tcpTarget } from "../options/target-options.ts";
import { tlsShape } from "../options/tls-options.ts";

const watching = {
  conns: integer("N", 1, 10_000).prefault(1).describe("connections to keep open"),
  every: duration(10).prefault("1s").describe("time from one heartbeat of a connection to the next"),
  duration: duration(1).optional().describe("stop after this long (default: at Ctrl+C)"),
  stall: duration(1).prefault("1s").describe("an echo that takes longer than this is a stall"),
  timeout: duration(1).prefault("5s").describe("an echo that takes longer than this breaks its connection"),
  connectTimeout: duration(1).prefault("5s").describe("how long one connect may take"),
  size: size(1, 4_096, "4 KiB").prefault("64").describe("bytes of a heartbeat"),
};

const scanning = {
  idleScan: flag()
    .prefault(false)
    .describe("find out after how long an idle connection is forgotten or ended, and stop"),
  maxIdle: duration(1_000).prefault("20m").describe("the longest idle time that --idle-scan tries"),
};

const output = {
  journal: writtenFile("a file to append to")
    .optional()
    .describe("append everything that happens to FILE as it happens, so that even kill -9 loses nothing"),
  resumeReport: inputFile("a journal")
    .optional()
    .describe("report what a journal holds, and do nothing else; it may hold several sessions"),
  json: outputFile()
    .optional()
    .describe("write the result as JSON to FILE, or to standard output instead of the report"),
  quiet: flag().prefault(false).describe("no progress line and no line for each event"),
  config: configFile(),
};

/** The options of `client soak` under the headings of their help. */
export const soakSections = {
  Target: tcpTarget,
  Watching: watching,
  "Idle scan": scanning,
  TLS: tlsShape,
  Output: output,
};

/** Options that exclude each other: reading a journal, an idle scan, a soak. */
export const soakConflicts: readonly Conflict[] = [
  ["resumeReport", ["journal", "idleScan", "duration", "conns", "host", "port"]],
  ["idleScan", ["journal", "duration", "conns", "every", "stall"]],
];

/** Parses the options. */
export const soakOptions = z.object({ ...tcpTarget, ...watching, ...scanning, ...tlsShape, ...output });

/** The options of `client soak`: times in milliseconds, sizes in bytes. */
export type SoakOptions = z.output<typeof soakOptions>;

/** @throws UsageError when options contradict each other */
export function checkSoakOptions(options: SoakOptions): void {
  const { stall, timeout, idleScan } = options;
  checkFamilies(options);
  if (!idleScan && stall > timeout) {
    throw new UsageError(
      `--stall "${durationText(stall)}": expected at most --timeout (${durationText(timeout)}), after which the connection is broken`,
    );
  }
}
