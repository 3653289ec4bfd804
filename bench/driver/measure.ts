import { type RunResult, runResultSchema } from "../../lib/result/run-result.ts";
import { durationText } from "../../lib/units.ts";
import { programCommand, quietServer, runForJson } from "./processes.ts";
import { checkoutRoot } from "../../lib/invocation.ts";
import type { Scenario } from "./scenarios.ts";

/** How long each measurement takes. */
export interface Timing {
  readonly warmupMs: number;
  readonly durationMs: number;
}

/** What the client is told of a scenario. */
export const scenarioOptions = (scenario: Scenario, timing: Timing): string[] => [
  ...["--conns", String(scenario.connections)],
  ...["--size", String(scenario.messageBytes)],
  ...(scenario.isChurn ? ["--mode", "churn"] : ["--pipeline", String(scenario.pipeline)]),
  ...(scenario.isTls ? ["--tls", "--insecure"] : []),
  ...(scenario.rate === undefined ? [] : ["--rate", String(scenario.rate)]),
  ...["--warmup", durationText(timing.warmupMs)],
  ...["--duration", durationText(timing.durationMs)],
];

/** What the server is told of a scenario. */
export const serverOptionsFor = ({ isTls }: Scenario): string[] => [
  ...quietServer,
  ...(isTls ? ["--tls-self-signed"] : []),
];

/** Where and how a load is put on. */
export interface LoadSite {
  /** runs before the command, such as `taskset` */
  readonly prefix: readonly string[];
  readonly port: number;
  /** of the client; this one unless told otherwise */
  readonly checkout?: string;
  readonly stop?: AbortSignal;
  /** more options of the client */
  readonly options?: readonly string[];
}

/**
 * Measures with echobench's own client, which verifies every byte.
 * @throws RunFailedError when a byte differs or a connection breaks
 */
export async function measure(scenario: Scenario, timing: Timing, site: LoadSite): Promise<RunResult> {
  const { prefix, port, checkout = checkoutRoot, stop, options = [] } = site;
  const command = [...prefix, ...programCommand("client", checkout), "--port", String(port)];
  const output = await runForJson([...command, ...scenarioOptions(scenario, timing), ...options, "--json"], stop);
  return runResultSchema.parse(output);
}
