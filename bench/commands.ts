import { type CommandDef, defineCommand } from "citty";
import type { Commands } from "../lib/cli/command.ts";
import { UsageError } from "../lib/errors.ts";
import { asInvoked } from "../lib/invocation.ts";

/** A command of earlier versions: an error that names its successor. */
const native: CommandDef = defineCommand({
  run: () => {
    throw new UsageError(
      asInvoked('"native": this is now part of bench peers, which compares both engines with C: bun run bench peers'),
    );
  },
});

/** All commands of bench; `run` is the default. */
export const benchCommands = {
  run: async () => (await import("./run-command.ts")).runCommand,
  compare: async () => (await import("./compare-command.ts")).compareCommand,
  ab: async () => (await import("./ab-command.ts")).abCommand,
  prove: async () => (await import("./prove-command.ts")).proveCommand,
  report: async () => (await import("./report-command.ts")).reportCommand,
  comment: async () => (await import("./comment-command.ts")).commentCommand,
  buffers: async () => (await import("./experiments/buffers.ts")).buffersCommand,
  peers: async () => (await import("./peers/command.ts")).peersCommand,
  rtt: async () => (await import("./experiments/rtt.ts")).rttCommand,
  micro: async () => (await import("./micro-command.ts")).microCommand,
  native: async () => native,
} satisfies Commands;
