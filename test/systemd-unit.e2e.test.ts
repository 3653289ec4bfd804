import { afterAll, describe, expect } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AF_INET, AF_INET6, AF_UNIX } from "../lib/posix/constants.ts";
import { Program, runClient, runTool } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

const unit = readFileSync(join(import.meta.dir, "../deploy/echobench.service"), "utf8");
const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** The value of a setting of the unit. */
const setting = (name: string): string => new RegExp(`^${name}=(.*)$`, "m").exec(unit)?.[1] ?? "";

/** The system calls of a set, and of the sets in it. */
async function callsOf(set: string): Promise<string[]> {
  const { stdout } = await runTool(["systemd-analyze", "syscall-filter", set], "");
  const names = [...stdout.matchAll(/^ {4}([@\w-]+)$/gm)].map(([, name = ""]) => name);
  const nested = await Promise.all(names.map((name) => (name.startsWith("@") ? callsOf(name) : [name])));
  return nested.flat();
}

const families: Readonly<Record<string, number>> = { AF_UNIX, AF_INET, AF_INET6 };

/** A command under the seccomp filters that systemd makes of the unit. */
async function restricted(...command: readonly string[]): Promise<string[]> {
  const program = folder.join("restricted");
  const { stderr } = await runTool(["cc", "-o", program, "test/fixtures/restricted.c", "-lseccomp"], "");
  expect(stderr).toBe("");
  const allowed = setting("RestrictAddressFamilies")
    .split(" ")
    .map((name) => String(families[name]));
  return [program, ...(await callsOf(setting("SystemCallFilter"))), "--", ...allowed, "--", ...command];
}

describe("deploy/echobench.service", () => {
  testWith(
    "systemd-analyze",
    "cc",
    "/usr/include/seccomp.h",
  )("restricts the server to what it needs", async () => {
    expect(setting("SystemCallErrorNumber")).toBe("EPERM");
    const options = ["--config", "deploy/server.toml", "--port", "0", "--admin", "127.0.0.1:0", "--log-format", "json"];
    const command = await restricted(process.execPath, "server/cli.ts", ...options);
    await using server = new Program(command);
    const [, port = ""] = await server.saw(/"endpoint":"\[::\]:(\d+)"/);
    for (const host of ["127.0.0.1", "::1"]) {
      const load = ["--host", host, "--port", port, "--conns", "4", "--messages", "200", "--quiet"];
      expect((await runClient(...load)).exitCode).toBe(0);
    }
    server.kill("SIGHUP");
    await server.saw(/"event":"RELOAD"/);
    server.kill("SIGTERM");
    expect(await server.exited()).toBe(0);
    expect(server.stderr).toBe("");
  });
});
