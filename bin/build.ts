import { join } from "node:path";
import { messages } from "../lib/cli/command.ts";
import { checkoutRoot } from "../lib/invocation.ts";
import { describeTool } from "../lib/result/environment.ts";

/** Path of the executable. */
const [outfile = join(checkoutRoot, "dist", "echobench")] = process.argv.slice(2);

const result = await Bun.build({
  // The first is the program, the others are started as threads by their paths.
  entrypoints: ["bin/echobench.ts", "client/load/worker.ts", "server/workers/thread.ts"].map((path) =>
    join(checkoutRoot, path),
  ),
  root: checkoutRoot,
  compile: { outfile },
  // Compiled beforehand, the program starts in half the time.
  bytecode: true,
  format: "esm",
  minify: { whitespace: true, syntax: true },
  define: { BUILD_COMMIT: JSON.stringify(describeTool().commit), BUILD_FORM: '"executable"' },
});
for (const log of result.logs) messages.warn(log.message);
messages.log(`${outfile}  ${Math.round(Bun.file(outfile).size / 1e6)} MB`);
