import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { endOf, keepOutput, startClient } from "../client-run.ts";
import { checkHealth } from "../health.ts";
import { commandOf, startLeashed } from "../processes.ts";
import type { World } from "../world.ts";
import { type Fault, missing } from "./fault.ts";

const LIMIT_MS = 60_000;

/** Runs a command with a full disk of 64 KiB at a folder, which nobody else sees and which ends with it. */
function withFullDisk(folder: string, freeKiB: number, redirect = ""): string[] {
  mkdirSync(folder, { recursive: true });
  const fill = `mount -t tmpfs -o size=64k chaos "${folder}" && head -c ${64 - freeKiB}k /dev/zero > "${folder}/fill"`;
  return ["unshare", "--mount", "sh", "-c", `${fill} && exec "$@" ${redirect}`, "sh"];
}

const mountTools = (): string | undefined => missing("unshare", "mount");
const toSingle = (world: World): string[] => [
  "--port",
  String(world.servers.get("single")?.port),
  "--duration",
  "300ms",
];

const fullDisk = (name: string, output: (folder: string) => { args: string[]; redirect?: string }): Fault => ({
  name,
  lane: "client",
  missing: mountTools,
  async inject(world) {
    const folder = join(world.folder, "full-client");
    const { args, redirect } = output(folder);
    const command = commandOf(
      "client",
      "--engine",
      world.engine,
      "--quiet",
      ...toSingle(world),
      "--conns",
      "2",
      ...args,
    );
    const program = startLeashed([...withFullDisk(folder, 0, redirect), ...command]);
    const exitCode = await program.exited(LIMIT_MS);
    const isClear = /no space|disk is full|ENOSPC/i.test(program.stderr) && !program.stderr.includes("    at ");
    if (exitCode === 1 && isClear) return;
    const message = `expected exit code 1 and a message about the full disk, got ${exitCode}: ${program.stderr}`;
    throw new Error(`${message}; see ${keepOutput(world, name, message, program)}`);
  },
});

export const diskFaults: readonly Fault[] = [
  fullDisk("disk-full-for-json", (folder) => ({ args: ["--json", join(folder, "result.json")] })),
  fullDisk("disk-full-for-ndjson", (folder) => ({
    args: ["--ndjson", "--interval", "100ms"],
    redirect: `> "${join(folder, "events.ndjson")}"`,
  })),
  {
    name: "disk-full-for-log",
    lane: "client",
    missing: mountTools,
    async inject(world, random) {
      const folder = join(world.folder, "full-server");
      const where = ["--host", "127.0.0.1", "--port", "0", "--log-file", join(folder, "echo.log")];
      const command = commandOf("server", "--engine", world.engine, ...where);
      const program = startLeashed([...withFullDisk(folder, 8), ...command]);
      try {
        const port = Number((await program.saw(/Listening on \S*:(\d+)\n/))[1]);
        const load = ["--port", String(port), "--mode", "churn", "--messages", "1000", "--conns", "4"];
        const { exitCode, program: client } = await endOf(startClient(world, load), LIMIT_MS);
        if (exitCode !== 0) {
          const message = `expected that a server with a full disk serves, the client ended with ${exitCode}`;
          throw new Error(`${message}; see ${keepOutput(world, "disk-full-for-log", message, client)}`);
        }
        await checkHealth(world, { name: "single", program, port, adminUrl: "", logFile: "" }, random);
        program.kill("SIGTERM");
        const ended = await program.exited(LIMIT_MS);
        // Lines of its log were lost, which is what its exit code says.
        if (ended !== 1 || !program.stderr.includes("no space left")) {
          throw new Error(`a server with a full disk ended with ${ended}: ${program.stderr}`);
        }
      } finally {
        program.kill("SIGKILL");
      }
    },
  },
];
