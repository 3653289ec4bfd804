import { z } from "zod";
import { messages, programCommand } from "../lib/cli/command.ts";
import { exitCodes } from "../lib/errors.ts";
import { exitNow, watchStop } from "../lib/process/stop.ts";
import { measuringNotes } from "./report/options.ts";
import { runMicro } from "./micro/hot-path.ts";

/** `bench micro`. */
export const microCommand = programCommand({
  name: "echo-bench micro",
  command: "bun run bench micro",
  summary: "measures the code that runs for every message, without sockets (mitata)",
  sections: {},
  schema: z.object({}),
  notes: measuringNotes,
  examples: [["bun run bench micro", "verification, recording, the outbox"]],
  run: async () => {
    // Nothing is kept of a run that is stopped, and its measurements hold the thread: it ends between two of them.
    watchStop().addEventListener("abort", () => {
      messages.error("interrupted; nothing of it is kept");
      exitNow(exitCodes.interrupted);
    });
    await runMicro();
    return exitCodes.success;
  },
});
