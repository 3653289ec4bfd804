import { existsSync, renameSync } from "node:fs";
import { childrenOf } from "../../fixtures/process-stats.ts";
import { until } from "../../fixtures/until.ts";
import { between, oneOf, type Random } from "../random.ts";
import { serverOf, type World } from "../world.ts";
import type { Fault } from "./fault.ts";

/** How long clients of a killed worker may take to notice. */
const AFTERMATH_MS = 2_000;
const LIMIT_MS = 30_000;

/** Sends a signal to a process that may have ended by itself. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function aWorker(world: World, random: Random): number {
  const [first, ...others] = childrenOf(serverOf(world, "workers").program.child.pid);
  if (first === undefined) throw new Error("the server has no workers");
  return oneOf(random, [first, ...others]);
}

async function stopFor(pid: number, ms: number): Promise<void> {
  signal(pid, "SIGSTOP");
  try {
    await Bun.sleep(ms);
  } finally {
    signal(pid, "SIGCONT");
  }
}

export const processFaults: readonly Fault[] = [
  {
    name: "worker-is-killed",
    lane: "server",
    async inject(world, random) {
      const { program } = serverOf(world, "workers");
      const pid = aWorker(world, random);
      const disturbance = { server: "workers" as const, fromMs: world.now(), toMs: Number.POSITIVE_INFINITY };
      world.disturbances.push(disturbance);
      try {
        signal(pid, "SIGKILL");
        const workers = (): number[] => childrenOf(program.child.pid);
        const isReplaced = (pids: readonly number[]): boolean => pids.length === 2 && !pids.includes(pid);
        await until(workers, "a worker to be replaced", isReplaced, { limitMs: LIMIT_MS });
        await Bun.sleep(AFTERMATH_MS);
      } finally {
        disturbance.toMs = world.now();
      }
    },
  },
  {
    name: "worker-stands-still",
    lane: "server",
    inject: (world, random) => stopFor(aWorker(world, random), between(random, 200, 3_000)),
  },
  {
    name: "server-stands-still",
    lane: "server",
    inject: (world, random) => stopFor(serverOf(world, "single").program.child.pid, between(random, 200, 3_000)),
  },
  {
    name: "client-stands-still",
    lane: "server",
    async inject(world, random) {
      const [first, ...others] = world.clients;
      if (first) await stopFor(oneOf(random, [first, ...others]).child.pid, between(random, 200, 3_000));
    },
  },
  {
    name: "reload-storm",
    lane: "server",
    async inject(world, random) {
      const names = (["single", "workers", "tls"] as const).filter((name) => world.servers.has(name));
      for (const name of names) {
        const { program, logFile } = serverOf(world, name);
        renameSync(logFile, `${logFile}.1`);
        for (let left = between(random, 5, 40); left > 0; left--) {
          program.kill("SIGHUP");
          await Bun.sleep(between(random, 0, 30));
        }
        await until(() => existsSync(logFile), `the log of server ${name} to be opened again`, Boolean, {
          limitMs: LIMIT_MS,
        });
      }
    },
  },
];
