import { z } from "zod";
import { runResultSchema } from "../../lib/result/run-result.ts";
import { conditionsShape } from "../driver/conditions.ts";
import type { ServerWait } from "../driver/machine-warnings.ts";

const measurement = z.object({
  round: z.int().min(1).describe("counted from 1"),
  variant: z.string(),
  result: runResultSchema,
  serverCpuUs: z
    .number()
    .min(0)
    .nullable()
    .describe(
      "the server's processor time for each message in microseconds; null where the platform does not report it",
    ),
  serverRunQueueMs: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      "how long the server's busiest thread was ready to run in the window and had no processor; null where the platform does not report it",
    ),
});

/** The result of `bench run`, `bench ab` and `bench rtt`, `echobench.suite/1`. */
export const suiteSchema = z.object({
  schema: z.literal("echobench.suite/1"),
  ...conditionsShape,
  variants: z.array(z.object({ name: z.string(), commit: z.string().nullable() })),
  scenarios: z.array(
    z.object({
      name: z.string(),
      load: z.string().describe("the scenario in words"),
      commands: z.object({ server: z.string(), client: z.string() }),
      measurements: z.array(measurement),
    }),
  ),
  threshold: z
    .number()
    .optional()
    .describe("of bench ab, which judged it: part of the base below which a difference is noise"),
  missing: z.array(z.string()).describe("planned measurements that were not made, each with the reason"),
});

/** Measurements of several scenarios, with one or two variants. */
export type Suite = z.output<typeof suiteSchema>;

/** One scenario with all its measurements. */
export type SuiteScenario = Suite["scenarios"][number];

/** One run of the client. */
export type Measurement = z.output<typeof measurement>;

/** The measurements of one variant, ordered by round. */
export const measurementsOf = ({ measurements }: SuiteScenario, variant: string): Measurement[] =>
  measurements.filter((each) => each.variant === variant);

/** Names a measurement of a suite, for people. */
export const measurementText = (scenario: string, variant: string, round: number): string =>
  `${scenario} (${variant}), round ${round}`;

/** How long the server of each measurement waited for a processor, where the platform says so. */
export const serverWaitsOf = ({ scenarios }: Suite): ServerWait[] =>
  scenarios.flatMap(({ name, measurements }) =>
    measurements.flatMap(({ variant, round, result: { window }, serverRunQueueMs }) =>
      serverRunQueueMs === null
        ? []
        : [{ where: measurementText(name, variant, round), share: serverRunQueueMs / window.durationMs }],
    ),
  );
