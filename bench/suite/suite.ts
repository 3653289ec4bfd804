import { z } from "zod";
import { runResultSchema } from "../../lib/result/run-result.ts";

const { tool, environment, startedAt } = runResultSchema.shape;

const measurement = z.object({
  round: z.int().min(1),
  variant: z.string(),
  result: runResultSchema,
  serverCpuUs: z
    .number()
    .min(0)
    .nullable()
    .describe("the server's processor time a message in microseconds; null where it cannot be had"),
});

/** What `bench run` and `bench ab` measured, `echobench.suite/1`. */
export const suiteSchema = z.object({
  schema: z.literal("echobench.suite/1"),
  tool,
  startedAt,
  environment,
  placement: z.string(),
  doubts: z.array(z.string()).describe("what made the machine a doubtful one to measure on"),
  rounds: z.int().min(1),
  timing: z.object({ warmupMs: z.number(), durationMs: z.number() }),
  variants: z.array(z.object({ name: z.string(), commit: z.string().nullable() })),
  scenarios: z.array(
    z.object({
      name: z.string(),
      load: z.string(),
      commands: z.object({ server: z.string(), client: z.string() }),
      measurements: z.array(measurement),
    }),
  ),
  missing: z.array(z.string()).describe("what was to be measured and was not, with its reason"),
});

/** What was measured. */
export type Suite = z.output<typeof suiteSchema>;

/** One kind of load with all its measurements. */
export type SuiteScenario = Suite["scenarios"][number];

/** One run of the client. */
export type Measurement = z.output<typeof measurement>;

/** The measurements of one variant, in the order of their rounds. */
export const measurementsOf = ({ measurements }: SuiteScenario, variant: string): Measurement[] =>
  measurements.filter((each) => each.variant === variant);
