/** One kind of load. */
export interface Scenario {
  readonly name: string;
  readonly connections: number;
  readonly messageBytes: number;
  readonly pipeline: number;
}

/** The loads that everything is measured under. */
export const scenarios: readonly Scenario[] = [
  { name: "small", connections: 50, messageBytes: 64, pipeline: 1 },
  { name: "many", connections: 1_000, messageBytes: 512, pipeline: 1 },
  { name: "large", connections: 10, messageBytes: 65_536, pipeline: 1 },
  { name: "huge", connections: 10, messageBytes: 1_048_576, pipeline: 1 },
  { name: "pipelined", connections: 10, messageBytes: 64, pipeline: 32 },
];

/** What a scenario does, in words: `50 x 64 B`. */
export function describeScenario(
  { connections, messageBytes, pipeline }: Scenario,
  size: (bytes: number) => string,
): string {
  return `${connections} x ${size(messageBytes)}${pipeline > 1 ? ` x ${pipeline} in flight` : ""}`;
}

/** The scenarios of these names, or all when none are named. */
export const selectScenarios = (names: readonly string[]): readonly Scenario[] =>
  names.length === 0 ? scenarios : scenarios.filter(({ name }) => names.includes(name));
