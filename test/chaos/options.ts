import { z } from "zod";
import { choice, duration, integer, list, outputFile } from "../../lib/cli/option-kinds.ts";
import { faultNames } from "./faults/faults.ts";

const expectedFault = `one of ${faultNames.join(", ")}`;

/** The options of `bun run chaos`. */
export const chaosSections = {
  Chaos: {
    duration: duration(5_000).prefault("10m").describe("how long to go on"),
    engine: choice(["epoll", "bun", "both"])
      .prefault("both")
      .describe("engine of server and client; both side by side"),
    seed: integer("N", 0, 2 ** 32 - 1)
      .optional()
      .describe("repeats the order of the faults of the run that printed this seed (default: random)"),
    only: list("FAULT", expectedFault, (name) => (faultNames.includes(name) ? name : undefined))
      .optional()
      .describe("inject these faults only"),
    json: outputFile().optional().describe("also write the verdict as JSON to FILE"),
  },
};

export const chaosSchema = z.object(chaosSections.Chaos);

/** As resolved: times in ms. */
export type ChaosOptions = z.output<typeof chaosSchema>;
