import { z } from "zod";
import { programCommand } from "../lib/cli/command.ts";
import { exitCodes } from "../lib/errors.ts";
import { measuringNotes } from "./report/options.ts";
import { runMicro } from "./micro/hot-path.ts";

export const microCommand = programCommand({
  name: "echo-bench micro",
  command: "bun run bench micro",
  summary: "measures the code that runs for every message, without sockets (mitata)",
  sections: {},
  schema: z.object({}),
  notes: measuringNotes,
  examples: [["bun run bench micro", "verification, recording, the outbox"]],
  run: async () => {
    await runMicro();
    return exitCodes.success;
  },
});
