import { rmSync } from "node:fs";
import { join } from "node:path";
import { messages } from "../lib/cli/command.ts";
import { exitCodes } from "../lib/errors.ts";
import { checkoutRoot } from "../lib/invocation.ts";
import { pruneDeclarations } from "./prune-declarations.ts";
import { describeTool } from "../lib/result/environment.ts";

/** What the npm package starts or imports; everything else comes with these. */
const entries = [
  ...["bin/echobench.ts", "api/index.ts"],
  ...["client/load/worker.ts", "server/workers/thread.ts", "server/workers/worker.ts"],
];

const outdir = join(checkoutRoot, "build");
// What an earlier build left would be packed too.
for (const folder of [outdir, join(checkoutRoot, "types")]) rmSync(folder, { recursive: true, force: true });

const result = await Bun.build({
  entrypoints: entries.map((path) => join(checkoutRoot, path)),
  root: checkoutRoot,
  outdir,
  naming: { chunk: "chunk-[hash].[ext]" },
  target: "bun",
  packages: "external",
  splitting: true,
  // Names stay, for those who read a stack trace.
  minify: { whitespace: true, syntax: true },
  define: { BUILD_COMMIT: JSON.stringify(describeTool().commit), BUILD_FORM: '"package"' },
});
for (const log of result.logs) messages.warn(log.message);
const types = Bun.spawn(["tsc", "-p", "tsconfig.types.json"], { cwd: checkoutRoot, stdout: "inherit" });
const isDeclared = (await types.exited) === 0;
if (isDeclared) pruneDeclarations(join(checkoutRoot, "types"), "api/index.d.ts");
process.exitCode = isDeclared ? exitCodes.success : exitCodes.runFailed;
