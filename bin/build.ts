import { basename, join } from "node:path";
import { z } from "zod";
import { messages, programCommand, runProgram } from "../lib/cli/command.ts";
import { flag, folder, list, operand } from "../lib/cli/option-kinds.ts";
import { type ExitCode, exitCodes, RunFailedError } from "../lib/errors.ts";
import { writeWholeFile } from "../lib/files/write-file.ts";
import { checkoutRoot } from "../lib/invocation.ts";
import { watchStop } from "../lib/process/stop.ts";
import { buildExecutable } from "./build-executable.ts";
import { type BuildTarget, buildTargets, parseBuildTarget } from "./build-targets.ts";

const targetNames = Object.keys(buildTargets).join(", ");

const options = {
  file: operand("FILE", "the path of a file to write")
    .optional()
    .describe("where the executable for this machine is written (default: dist/echobench)"),
  all: flag().prefault(false).describe("build for all targets, each as OUT/echobench-TARGET"),
  target: list("TARGET", `one of ${targetNames}`, parseBuildTarget)
    .prefault([])
    .describe(`build for these targets only, of ${targetNames}`),
  out: folder().optional().describe("folder for these executables and their SHA256SUMS (default: dist)"),
};

const schema = z.object(options);

async function build(path: string, target?: BuildTarget): Promise<string> {
  const built = await buildExecutable(path, target, watchStop());
  messages.log(`${built}  ${Math.round(Bun.file(built).size / 1e6)} MB`);
  return built;
}

/** Builds for each target. @returns the executables of those that could be built */
async function buildTargetsIn(out: string, targets: readonly BuildTarget[]): Promise<string[]> {
  const built: string[] = [];
  for (const target of targets) {
    try {
      built.push(await build(join(out, `echobench-${target}`), target));
    } catch (error) {
      if (!(error instanceof RunFailedError)) throw error;
      messages.error(`${target}: ${error.message}`);
    }
  }
  return built;
}

/** A line of a file for `sha256sum --check`. */
async function checksumLine(path: string): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256");
  for await (const chunk of Bun.file(path).stream()) hash.update(chunk);
  return `${hash.digest("hex")}  ${basename(path)}\n`;
}

async function buildAll(out: string, targets: readonly BuildTarget[]): Promise<ExitCode> {
  const built = await buildTargetsIn(out, targets);
  if (built.length === 0) return exitCodes.runFailed;
  const lines = await Promise.all(built.map(checksumLine));
  await writeWholeFile(join(out, "SHA256SUMS"), lines.join(""));
  return built.length === targets.length ? exitCodes.success : exitCodes.runFailed;
}

const command = programCommand({
  name: "echobench-build",
  command: "bun run build",
  summary: "makes executables that need neither Bun nor Node",
  sections: { Options: options },
  schema,
  conflicts: [["file", ["all", "target", "out"]]],
  examples: [
    ["bun run build", "dist/echobench, for this machine"],
    ["bun run build --all", "one for each target in dist/, with SHA256SUMS"],
    ["bun run build --target linux-x64-musl --out images", "one for Alpine Linux"],
  ],
  notes: [
    "Bun fetches what other targets need once, and keeps it in its cache.",
    "A target that cannot be built is named; the others are built, and the exit code is 1.",
  ],
  async run({ file, all, target, out = join(checkoutRoot, "dist") }) {
    if (all) return buildAll(out, Object.keys(buildTargets) as BuildTarget[]);
    if (target.length > 0) return buildAll(out, target);
    await build(file ?? join(out, "echobench"));
    return exitCodes.success;
  },
});

await runProgram(command, process.argv.slice(2));
