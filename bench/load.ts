import { type RunResult, runResultSchema } from "../lib/run-result.ts";
import { durationText } from "../lib/units.ts";
import { programCommand, runForJson } from "./processes.ts";
import type { Scenario } from "./scenarios.ts";

/** How long each measurement takes. */
export interface Timing {
  readonly warmupMs: number;
  readonly durationMs: number;
}

/** The command that puts a scenario's load on a port with echobench's own client. */
export const clientCommand = (scenario: Scenario, timing: Timing, port: number): string[] => [
  ...programCommand("client"),
  ...["--port", String(port)],
  ...["--conns", String(scenario.connections)],
  ...["--size", String(scenario.messageBytes)],
  ...["--pipeline", String(scenario.pipeline)],
  ...["--warmup", durationText(timing.warmupMs)],
  ...["--duration", durationText(timing.durationMs)],
  "--json",
];

/**
 * Measures with echobench's own client, which verifies every byte.
 * @param prefix runs before the command, such as `taskset`
 * @throws RunFailedError when a byte differs or a connection breaks
 */
export async function measure(
  prefix: readonly string[],
  scenario: Scenario,
  timing: Timing,
  port: number,
): Promise<RunResult> {
  return runResultSchema.parse(await runForJson([...prefix, ...clientCommand(scenario, timing, port)]));
}
