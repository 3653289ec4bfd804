import { join } from "node:path";

/** Defined by the builds only: the form of the program that was built. */
declare const BUILD_FORM: "executable" | "package";

/** What this runs as: the single executable, the npm package, or the sources of a checkout. */
export const form: "executable" | "package" | "checkout" = typeof BUILD_FORM === "undefined" ? "checkout" : BUILD_FORM;

/** The root folder of this checkout, or of the package. */
export const checkoutRoot: string = join(import.meta.dir, "..");

/** Where a script of the sources is in this form. Of the executable it is a path within it. @param path in the checkout */
export function scriptOf(path: string): string {
  if (form === "executable") return `./${path}`;
  return join(checkoutRoot, form === "package" ? join("build", path.replace(/\.ts$/, ".js")) : path);
}

/** Scripts of a checkout that run as processes of their own, by role. */
const scripts = {
  server: "server/cli.ts",
  client: "client/cli.ts",
  "server-worker": "server/workers/worker.ts",
} as const;

type Role = keyof typeof scripts;

/** The command line that starts a process of that role. */
export function programArguments(role: Role): readonly string[] {
  if (form === "executable") return [process.execPath, role];
  if (form === "package") return [process.execPath, scriptOf("bin/echobench.ts"), role];
  return [process.execPath, join(checkoutRoot, scripts[role])];
}

/** Whether this was started as `echobench`: the executable, or the program of the package. */
export const isEchobench: boolean = form === "executable" || Bun.main === scriptOf("bin/echobench.ts");

/** Rewrites the commands in a text for those who have `echobench`: `echobench server` instead of `bun run server`. */
export const asEchobench = (text: string): string =>
  text
    .replaceAll(/\bbun run client (probe|soak|bloat|sweep|report)\b/g, "echobench $1")
    .replaceAll(/\bbun run (server|client|bench|demo)\b/g, "echobench $1");

/** Rewrites the commands in a text to the way this program was started. */
export const asInvoked = (text: string): string => (isEchobench ? asEchobench(text) : text);
