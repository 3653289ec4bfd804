import { type Commands, runOneOf } from "../lib/cli/command.ts";

/** A program that is several commands. */
export interface CommandGroup {
  readonly commands: Commands;
  /** the one that is meant when none is named */
  readonly standard: string;
  readonly run: (argv: string[]) => Promise<void>;
}

const group = <C extends Commands>(commands: C, standard: keyof C & string): CommandGroup => ({
  ...{ commands, standard },
  run: (argv) => runOneOf(commands, standard, argv),
});

/** The programs that are several commands, each loaded when it is needed. */
export const commandGroups = {
  client: async () => group((await import("../client/commands.ts")).clientCommands, "run"),
  bench: async () => group((await import("../bench/commands.ts")).benchCommands, "run"),
} as const satisfies Record<string, () => Promise<CommandGroup>>;

/** Commands of the client that need not be introduced by the word `client`. */
export const clientShortcuts = ["probe", "soak", "bloat", "sweep", "report", "merge"] as const;

/** The programs that are one command. */
export const soleCommands = {
  server: async () => (await import("../server/command.ts")).serverCommand,
  demo: async () => (await import("./demo.ts")).demoCommand,
  completion: async () => (await import("./completion/command.ts")).completionCommand,
} as const satisfies Commands;
