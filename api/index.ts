export { compare, type CompareOptions } from "./compare.ts";
export { probe, type ProbeOptions } from "./probe.ts";
export { type CallSettings, type LoadOptions, type LoadRun, runLoad } from "./run-load.ts";
export { type EchoServer, type ServerOptions, startServer } from "./start-server.ts";
export { InterruptedError, RunFailedError, UnreachableError, UsageError } from "../lib/errors.ts";
export type { Interval, RunResult } from "../lib/result/run-result.ts";
export type { ProbeResult } from "../client/probe/result.ts";
export type { Comparison } from "../bench/compare/comparison.ts";
export type { Counters } from "../server/telemetry/counters.ts";
