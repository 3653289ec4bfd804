import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFailedError } from "../lib/errors.ts";

/** The yardsticks in C, compiled; disposing removes them. */
export interface CPrograms extends AsyncDisposable {
  readonly server: string;
  readonly client: string;
}

async function compile(source: string, program: string): Promise<string> {
  const flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE"];
  const compiler = Bun.spawn(["cc", ...flags, "-o", program, join(import.meta.dir, "peers", source)], {
    stderr: "pipe",
  });
  const [stderr, exitCode] = await Promise.all([compiler.stderr.text(), compiler.exited]);
  if (exitCode !== 0) throw new RunFailedError(`cc could not compile ${source}: ${stderr}`);
  return program;
}

/**
 * Compiles the C programs into a folder of their own.
 * @throws RunFailedError without a C compiler
 */
export async function compileCPrograms(): Promise<CPrograms> {
  if (Bun.which("cc") === null)
    throw new RunFailedError("a C compiler (cc) is needed for the yardstick; install gcc or clang");
  const folder = await mkdtemp(join(tmpdir(), "echobench-peers-"));
  return {
    server: await compile("echo_server.c", join(folder, "echo_server")),
    client: await compile("echo_client.c", join(folder, "echo_client")),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
