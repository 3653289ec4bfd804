import type { Commands } from "../lib/cli/command.ts";

/** Everything the client can do; `run` when no command is named. */
export const clientCommands = {
  run: async () => (await import("./command.ts")).runCommand,
  report: async () => (await import("./report-command.ts")).reportCommand,
  merge: async () => (await import("./merge-command.ts")).mergeCommand,
  probe: async () => (await import("./probe/command.ts")).probeCommand,
  soak: async () => (await import("./soak/command.ts")).soakCommand,
  bloat: async () => (await import("./bloat/command.ts")).bloatCommand,
  sweep: async () => (await import("./sweep/command.ts")).sweepCommand,
} satisfies Commands;
