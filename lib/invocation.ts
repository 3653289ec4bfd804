import { join } from "node:path";

/** Whether this is the one executable that `bun run build` makes. */
export const isExecutable: boolean = Bun.isStandaloneExecutable;

/** Scripts that a program of ours starts as processes of their own. */
const scripts = {
  "server-worker": join(import.meta.dir, "..", "server", "worker.ts"),
} as const;

/** The command by which a program of ours is started. */
export const programArguments = (role: keyof typeof scripts): readonly string[] =>
  isExecutable ? [process.execPath, role] : [process.execPath, scripts[role]];

/** A text in which the programs are started as the reader has started this one. */
export const asInvoked = (text: string): string =>
  isExecutable ? text.replaceAll(/\bbun run (server|client|bench)\b/g, "echobench $1") : text;
