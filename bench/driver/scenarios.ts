/** One kind of load. */
export interface Scenario {
  readonly name: string;
  readonly connections: number;
  readonly messageBytes: number;
  readonly pipeline: number;
  /** messages a second of an open loop */
  readonly rate?: number;
  /** a connection for each message */
  readonly isChurn?: boolean;
  /** over TLS, with a certificate of the server's own making */
  readonly isTls?: boolean;
}

/** The loads that everything is measured under. */
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

/** The scenarios that any load generator knows: as many messages as come back, over connections that stay. */
export const plainScenarios = scenarios.filter(({ rate, isChurn, isTls }) => rate === undefined && !isChurn && !isTls);

/** What programs are held against C under: one connection besides, where nothing but the way of one message counts. */
export const nativeScenarios: readonly Scenario[] = [
  { name: "single", connections: 1, messageBytes: 64, pipeline: 1 },
  ...plainScenarios,
];

/** What a scenario does, in words: `50 x 64 B`. */
export function describeScenario(
  { connections, messageBytes, pipeline, rate, isChurn, isTls }: Scenario,
  size: (bytes: number) => string,
): string {
  const inFlight = pipeline > 1 ? ` x ${pipeline} in flight` : "";
  const pace = rate === undefined ? "" : ` at ${rate / 1_000}k/s`;
  return `${connections} x ${size(messageBytes)}${inFlight}${pace}${isChurn ? ", new connections" : ""}${isTls ? ", TLS" : ""}`;
}

/** Those of these names, or all when none are named. */
export const selectScenarios = (names: readonly string[], all = scenarios): readonly Scenario[] =>
  names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
