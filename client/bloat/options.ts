import { z } from "zod";
import { choice, configFile, duration, flag, integer, outputFile } from "../../lib/cli/option-kinds.ts";
import { oneWayPorts, tcpTarget } from "../options/target-options.ts";
import { tlsShape } from "../options/tls-options.ts";

/** What fills the path, and the load that does it. */
export const modeOfWay = { echo: "stream", up: "upload", down: "download", both: "both" } as const;

const measuring = {
  way: choice(["echo", "up", "down", "both"])
    .prefault("echo")
    .describe("what fills the path: echoes, or bytes one way only, from a server with --discard and --chargen"),
  idle: duration(100).prefault("3s").describe("how long the idle path is measured before the load"),
  duration: duration(1_000)
    .prefault("20s")
    .describe("longest duration of the load; it ends earlier when throughput and latency are stable"),
  interval: duration(100).prefault("1s").describe("time after which another connection is added"),
  every: duration(1).prefault("50ms").describe("time from one probe to the next"),
  maxConns: integer("N", 1, 256).prefault(16).describe("most connections that fill the path"),
  timeout: duration(1).prefault("10s").describe("how long one echo may take"),
  connectTimeout: duration(1).prefault("5s").describe("how long one connect may take"),
};

const judging = {
  maxIncrease: duration(1)
    .prefault("60ms")
    .describe("latency that load may add; when it adds more, the exit code is 4"),
};

const output = {
  json: outputFile()
    .optional()
    .describe("write the result as JSON to FILE, or to standard output instead of the report"),
  quiet: flag().prefault(false).describe("no row for each interval"),
  config: configFile(),
};

/** The options of `client bloat` under the headings of their help. */
export const bloatSections = {
  Target: { ...tcpTarget, ...oneWayPorts },
  Measuring: measuring,
  Judging: judging,
  TLS: tlsShape,
  Output: output,
};

/** Parses the options. */
export const bloatOptions = z.object({
  ...tcpTarget,
  ...oneWayPorts,
  ...measuring,
  ...judging,
  ...tlsShape,
  ...output,
});

/** The options of `client bloat`: times in milliseconds. */
export type BloatOptions = z.output<typeof bloatOptions>;
