import type { Way } from "../../lib/result/load-modes.ts";
import { formatSize, plural } from "../../lib/text/format-units.ts";

/** One kind of load. */
export interface Scenario {
  readonly name: string;
  readonly connections: number;
  readonly messageBytes: number;
  /** messages in flight on a connection; as many as the client chooses by default */
  readonly pipeline?: number;
  /** messages a second of an open loop; closed loop by default */
  readonly rate?: number;
  /** opens a new connection for each message */
  readonly isChurn?: boolean;
  /** uses TLS, with a self-signed certificate */
  readonly isTls?: boolean;
}

/** The loads of `bench run`, `bench ab` and `bench prove`. */
export const scenarios: readonly Scenario[] = [
  { name: "small", connections: 50, messageBytes: 64, pipeline: 1 },
  { name: "many", connections: 1_000, messageBytes: 512, pipeline: 1 },
  { name: "large", connections: 10, messageBytes: 65_536, pipeline: 1 },
  { name: "huge", connections: 10, messageBytes: 1_048_576, pipeline: 1 },
  { name: "pipelined", connections: 10, messageBytes: 64, pipeline: 32 },
  { name: "paced", connections: 100, messageBytes: 64, pipeline: 1, rate: 10_000 },
  { name: "churn", connections: 10, messageBytes: 64, pipeline: 1, isChurn: true },
  { name: "tls", connections: 10, messageBytes: 65_536, pipeline: 1, isTls: true },
];

/** The loads of pairs, whose server and client are of one maker. */
export const pairScenarios: readonly Scenario[] = [
  { name: "ping-pong", connections: 1, messageBytes: 64, pipeline: 1 },
];

/** A load of bytes that go one way only, as many as the connections take. */
export interface OneWayScenario {
  readonly name: string;
  readonly connections: number;
  readonly way: Way;
}

/** The loads of one way. */
export const oneWayScenarios: readonly OneWayScenario[] = [
  { name: "upload-1", connections: 1, way: "upload" },
  { name: "upload-8", connections: 8, way: "upload" },
  { name: "download-1", connections: 1, way: "download" },
  { name: "download-8", connections: 8, way: "download" },
];

/**
 * The loads of `bench peers`: loads without TLS over connections that stay open, which any client can generate.
 * `single` shows what one message costs when nothing else happens, and `paced-...` how well a schedule is kept.
 */
export const peerScenarios: ReadonlyArray<Scenario | OneWayScenario> = [
  { name: "single", connections: 1, messageBytes: 64, pipeline: 1 },
  ...scenarios.filter(({ rate, isChurn, isTls }) => rate === undefined && !isChurn && !isTls),
  { name: "paced-10k", connections: 10, messageBytes: 64, rate: 10_000 },
  { name: "paced-50k", connections: 10, messageBytes: 64, rate: 50_000 },
  ...pairScenarios,
  ...oneWayScenarios,
];

/** What a scenario does, in words: `50 x 64 B`. */
export function describeScenario({ connections, messageBytes, pipeline, rate, isChurn, isTls }: Scenario): string {
  const inFlight = pipeline !== undefined && pipeline > 1 ? ` x ${pipeline} in flight` : "";
  const pace = rate === undefined ? "" : ` at ${rate / 1_000}k/s`;
  return `${connections} x ${formatSize(messageBytes)}${inFlight}${pace}${isChurn ? ", new connections" : ""}${isTls ? ", TLS" : ""}`;
}

/** What a scenario of one way does, in words: `upload over 8 connections`. */
export const describeOneWay = ({ connections, way }: OneWayScenario): string =>
  `${way} over ${plural(connections, "connection")}`;

/** Those of `all` with these names, or all when no name is given. */
export const withNames = <S extends { readonly name: string }>(names: readonly string[], all: readonly S[]) =>
  names.length === 0 ? all : all.filter(({ name }) => names.includes(name));

/** The loads of a suite with these names, or all of them when no name is given. */
export const selectScenarios = (names: readonly string[]): readonly Scenario[] => withNames(names, scenarios);
