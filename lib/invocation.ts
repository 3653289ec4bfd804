import { join } from "node:path";

/** Whether this is the one executable that `bun run build` makes. */
export const isExecutable: boolean = Bun.isStandaloneExecutable;

/** The folder of this checkout. */
export const checkoutRoot: string = join(import.meta.dir, "..");

/** Scripts that a program of ours starts as processes of their own. */
const scripts = {
  server: "server/cli.ts",
  client: "client/cli.ts",
  "server-worker": "server/workers/worker.ts",
} as const;

/** What a process of ours is started as. */
type Role = keyof typeof scripts;

/** The command by which a program of ours is started. */
export const programArguments = (role: Role): readonly string[] => [
  process.execPath,
  isExecutable ? role : join(checkoutRoot, scripts[role]),
];

/** A text in which the programs are started as the reader has started this one. */
export const asInvoked = (text: string): string =>
  isExecutable ? text.replaceAll(/\bbun run (server|client|bench)\b/g, "echobench $1") : text;
