import { z } from "zod";
import { describeEnvironment, describeTool } from "./environment.ts";
import { runResultSchema } from "./run-result.ts";

/** What results are made of. */
export const count = z.int().min(0);
export const amount = z.number().min(0);
export const text = z.string();

/** What the results of all diagnoses begin with. */
export const aboutShape = {
  tool: runResultSchema.shape.tool,
  startedAt: z.iso.datetime(),
  environment: runResultSchema.shape.environment,
};

/** What ends each of them. */
export const verdictShape = z.enum(["pass", "fail", "interrupted"]);

/** @param startedAt of the measurement */
export const describeAbout = (startedAt: Date): z.output<z.ZodObject<typeof aboutShape>> => ({
  tool: describeTool(),
  startedAt: startedAt.toISOString(),
  environment: describeEnvironment(),
});
