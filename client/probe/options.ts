import { z } from "zod";
import {
  choice,
  configFile,
  duration,
  flag,
  integer,
  operands,
  inputFile,
  outputFile,
  size,
} from "../../lib/cli/option-kinds.ts";
import { transformNames } from "../../lib/transforms/transforms.ts";
import { tlsShape } from "../options/tls-options.ts";
import { isTargetLike, parseTargets } from "./targets.ts";

/** The echo of a ping is kept in memory until it is complete. */
const MAX_PING_BYTES = 4_096;

const target = {
  target: operands("HOST:PORT", "HOST:PORT, HOST:FIRST-LAST or [IPv6]:PORT", parseTargets, isTargetLike)
    .prefault([])
    .describe("what to probe: HOST:PORT, a range of ports HOST:FIRST-LAST, an IPv6 address in brackets"),
  targets: inputFile("the path of a file, or - for standard input")
    .optional()
    .describe("read more targets from a file, one a line; # starts a comment"),
  ipv4: flag("4").prefault(false).describe("use only IPv4 addresses of a host"),
  ipv6: flag("6").prefault(false).describe("use only IPv6 addresses of a host"),
};

const probing = {
  count: integer("N", 0, 1_000_000).prefault(4).describe("pings after the first echo"),
  every: duration(1).prefault("1s").describe("time from one ping to the next"),
  size: size(1, MAX_PING_BYTES, "4 KiB").prefault("64").describe("bytes of a ping"),
  timeout: duration(1).prefault("5s").describe("how long one echo may take"),
  connectTimeout: duration(1).prefault("5s").describe("how long one connect may take"),
  parallel: integer("N", 1, 1_000).prefault(32).describe("targets probed at the same time"),
  expectTransform: choice(transformNames)
    .prefault("none")
    .describe("the --transform that the server was started with: uppercase"),
};

const output = {
  json: outputFile()
    .optional()
    .describe("write the result as JSON to FILE, or to standard output instead of the report"),
  quiet: flag().prefault(false).describe("no line for each ping"),
  config: configFile(),
};

/** The options of `client probe` under the headings of their help. */
export const probeSections = { Target: target, Probing: probing, TLS: tlsShape, Output: output };

/** Parses the options. */
export const probeOptions = z.object({ ...target, ...probing, ...tlsShape, ...output });

/** The options of `client probe`: times in milliseconds, sizes in bytes. */
export type ProbeOptions = z.output<typeof probeOptions>;
