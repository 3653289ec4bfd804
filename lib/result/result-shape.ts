import { z } from "zod";
import { describeEnvironment, describeTool } from "./environment.ts";
import { runResultSchema } from "./run-result.ts";

/** The first fields of the result of every diagnosis. */
export const aboutShape = {
  tool: runResultSchema.shape.tool,
  startedAt: z.iso.datetime(),
  environment: runResultSchema.shape.environment,
};

/** The verdict of every diagnosis. */
export const verdictShape = z.enum(["pass", "fail", "interrupted"]);

/** The values of `aboutShape`. @param startedAt when the measurement started */
export const describeAbout = (startedAt: Date): z.output<z.ZodObject<typeof aboutShape>> => ({
  tool: describeTool(),
  startedAt: startedAt.toISOString(),
  environment: describeEnvironment(),
});
