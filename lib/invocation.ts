import { join } from "node:path";

/** Whether this runs as the single executable that `bun run build` makes. */
export const isExecutable: boolean = Bun.isStandaloneExecutable;

/** The root folder of this checkout. */
export const checkoutRoot: string = join(import.meta.dir, "..");

/** Scripts that run as processes of their own, by role. */
const scripts = {
  server: "server/cli.ts",
  client: "client/cli.ts",
  "server-worker": "server/workers/worker.ts",
} as const;

type Role = keyof typeof scripts;

/** The command line that starts a process of that role. */
export const programArguments = (role: Role): readonly string[] => [
  process.execPath,
  isExecutable ? role : join(checkoutRoot, scripts[role]),
];

/** Rewrites the commands in a text to the way this program was started: `echobench server` for the executable. */
export const asInvoked = (text: string): string =>
  isExecutable ? text.replaceAll(/\bbun run (server|client|bench)\b/g, "echobench $1") : text;
