import { type RunResult, runResultSchema } from "../../lib/result/run-result.ts";
import { durationText } from "../../lib/text/format-units.ts";
import { commandLineOf, quietOnAnyPort, runForJson } from "./processes.ts";
import type { Scenario } from "./scenarios.ts";

/** How long each measurement takes. */
export interface Timing {
  readonly warmupMs: number;
  readonly durationMs: number;
}

/** The client's options for a scenario. */
export const scenarioOptions = (scenario: Scenario, timing: Timing): string[] => [
  ...["--conns", String(scenario.connections)],
  ...["--size", String(scenario.messageBytes)],
  ...(scenario.isChurn ? ["--mode", "churn"] : []),
  ...(scenario.isChurn || scenario.pipeline === undefined ? [] : ["--pipeline", String(scenario.pipeline)]),
  ...(scenario.isTls ? ["--tls", "--insecure"] : []),
  ...(scenario.rate === undefined ? [] : ["--rate", String(scenario.rate)]),
  ...["--warmup", durationText(timing.warmupMs)],
  ...["--duration", durationText(timing.durationMs)],
];

/** The server's options for a scenario. @param address to listen on */
export const serverOptionsFor = ({ isTls }: Scenario, address = "127.0.0.1"): string[] => [
  ...["--host", address],
  ...quietOnAnyPort,
  ...(isTls ? ["--tls-self-signed"] : []),
];

/** How the client is started. */
export interface ClientSetup {
  /** runs before the command, such as `taskset` */
  readonly prefix: readonly string[];
  /** of the server, on the loopback interface unless the options say otherwise */
  readonly port: number;
  /** the client's command line; that of this checkout by default */
  readonly command?: readonly string[];
  /** more options of the client */
  readonly options?: readonly string[];
}

/**
 * Measures with echobench's own client, which verifies every byte.
 * @throws RunFailedError when a byte differs or a connection breaks
 */
export async function measure(scenario: Scenario, timing: Timing, setup: ClientSetup): Promise<RunResult> {
  const { prefix, port, command = commandLineOf("client"), options = [] } = setup;
  const output = await runForJson([
    ...prefix,
    ...command,
    "--port",
    String(port),
    ...scenarioOptions(scenario, timing),
    ...options,
    "--json",
  ]);
  return runResultSchema.parse(output);
}
