import { bloatCommand } from "./bloat/command.ts";
import { runCommand } from "./command.ts";
import { probeCommand } from "./probe/command.ts";
import { reportCommand } from "./report-command.ts";
import { soakCommand } from "./soak/command.ts";
import { sweepCommand } from "./sweep/command.ts";

/** Everything the client can do; `run` when no command is named. */
export const clientCommands = {
  run: runCommand,
  report: reportCommand,
  probe: probeCommand,
  soak: soakCommand,
  bloat: bloatCommand,
  sweep: sweepCommand,
};
