import { bloatCommand } from "./bloat/command.ts";
import { runCommand } from "./command.ts";
import { probeCommand } from "./probe/command.ts";
import { soakCommand } from "./soak/command.ts";
import { sweepCommand } from "./sweep/command.ts";

/** Everything the client can do; `run` is meant when nothing is named. */
export const clientCommands = {
  run: runCommand,
  probe: probeCommand,
  soak: soakCommand,
  bloat: bloatCommand,
  sweep: sweepCommand,
};
