import { resultOf } from "../../lib/result/run-result.fixture.ts";
import type { Measurement, Suite } from "./suite.ts";

const plainResult = resultOf({ serviceNs: null, sendLagNs: null, lifeNs: null });

/** A measurement with this rate; its latencies and processor times are inversely proportional to the rate. */
export function measurementOf(round: number, variant: string, messagesPerSecond: number): Measurement {
  const scale = 100_000 / messagesPerSecond;
  const { rttNs, throughput, cpu } = plainResult;
  return {
    ...{ round, variant, serverCpuUs: 5 * scale, serverRunQueueMs: 0 },
    result: {
      ...plainResult,
      throughput: { ...throughput, messagesPerSecond },
      rttNs: { ...rttNs, p50: 100_000 * scale, p99: 300_000 * scale },
      cpu: { ...cpu, perMessageUs: 6 * scale },
    },
  };
}

/** A suite with the scenario `small`, and these rates of each variant, ordered by round. */
export function suiteOf(rates: Readonly<Record<string, readonly number[]>>): Suite {
  const { tool, startedAt, environment } = plainResult;
  return {
    schema: "echobench.suite/1",
    ...{ tool, startedAt, environment, placement: "server on core 0, load on core 1", doubts: [], missing: [] },
    ...{ rounds: 10, timing: { warmupMs: 100, durationMs: 1_000 } },
    variants: Object.keys(rates).map((name) => ({ name, commit: "abc1234" })),
    scenarios: [
      {
        name: "small",
        load: "50 x 64 B",
        commands: { server: "bun run server", client: "bun run client" },
        measurements: Object.entries(rates).flatMap(([variant, all]) =>
          all.map((rate, i) => measurementOf(i + 1, variant, rate)),
        ),
      },
    ],
  };
}

/** Ten rates that differ from `middle` by up to 2 %. */
export const around = (middle: number): number[] =>
  Array.from({ length: 10 }, (_, i) => middle * (1 + 0.02 * Math.sin(i * 12.9898)));
