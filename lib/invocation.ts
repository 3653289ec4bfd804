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

/** Whether this was started as `echobench`: the executable, or the program of the package. */
export const isEchobench: boolean = isExecutable || Bun.main === join(checkoutRoot, "bin/echobench.ts");

/** Rewrites the commands in a text for those who have `echobench`: `echobench server` instead of `bun run server`. */
export const asEchobench = (text: string): string =>
  text
    .replaceAll(/\bbun run client (probe|soak|bloat|sweep|report)\b/g, "echobench $1")
    .replaceAll(/\bbun run (server|client|bench|demo)\b/g, "echobench $1");

/** Rewrites the commands in a text to the way this program was started. */
export const asInvoked = (text: string): string => (isEchobench ? asEchobench(text) : text);
