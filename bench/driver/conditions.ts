import { z } from "zod";
import { describeEnvironment, describeTool } from "../../lib/result/environment.ts";
import { runResultSchema } from "../../lib/result/run-result.ts";
import { findMachineWarnings } from "./machine-warnings.ts";
import type { Timing } from "./measure.ts";

const { tool, environment, startedAt } = runResultSchema.shape;

/** The fields of every bench result that say when, where and how it was measured. */
export const conditionsShape = {
  tool,
  startedAt,
  environment,
  placement: z.string().describe("which cores server and load ran on"),
  doubts: z.array(z.string()).describe("machine warnings: reasons to doubt figures of this machine at that time"),
  rounds: z.int().min(1),
  timing: z.object({ warmupMs: z.number(), durationMs: z.number() }).describe("of each measurement"),
};

/** When, where and how something is measured. */
export type Conditions = z.output<z.ZodObject<typeof conditionsShape>>;

/** Describes this machine and build. Call it before anything is measured. */
export const describeConditions = (placement: string, rounds: number, timing: Timing): Conditions => ({
  tool: describeTool(),
  startedAt: new Date().toISOString(),
  environment: describeEnvironment(),
  placement,
  doubts: findMachineWarnings(),
  rounds,
  timing: { ...timing },
});
