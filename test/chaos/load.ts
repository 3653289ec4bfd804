import { createRandom } from "../../lib/payload/random.ts";
import { messageOf } from "../../lib/errors.ts";
import type { Program } from "../fixtures/program.ts";
import { count, endOf, keepOutput, startClient } from "./client-run.ts";
import { between } from "./random.ts";
import { serverOf, type ServerName, wasDisturbed, type World } from "./world.ts";

/** Clients that behave, one after the other. */
interface Load {
  readonly name: string;
  readonly server: ServerName;
  readonly args: readonly string[];
  /** whether one client runs for the whole time */
  readonly isLong?: boolean;
}

const loads: readonly Load[] = [
  { name: "stream", server: "single", args: ["--mode", "stream", "--conns", "2"] },
  { name: "stream-workers", server: "workers", args: ["--mode", "stream", "--conns", "2"] },
  { name: "messages-64k", server: "workers", args: ["--size", "64k", "--pipeline", "8", "--conns", "2"] },
  { name: "messages-1m", server: "single", args: ["--size", "1m", "--pipeline", "2", "--conns", "2"] },
  {
    name: "messages-small",
    server: "workers",
    args: ["--size", "1-1500", "--rate", "3k", "--pipeline", "64", "--conns", "8"],
  },
  { name: "churn", server: "single", args: ["--mode", "churn", "--conns", "12", "--size", "256"] },
  {
    name: "open-loop",
    server: "single",
    args: ["--rate", "500", "--arrival", "poisson", "--pipeline", "16", "--conns", "10", "--interval", "10s"],
    isLong: true,
  },
  { name: "tls", server: "tls", args: ["--size", "16k", "--rate", "500", "--pipeline", "64", "--conns", "4", "--tls"] },
];

const RUN_SECONDS = [10, 20] as const;
/** Longer than any pause that a fault makes. */
const ECHO_LIMIT = ["--timeout", "40s", "--connect-timeout", "40s"];
const END_LIMIT_MS = 90_000;
/** What a killed worker does to connections. */
const lossesOfKill = new Set(["reset", "closed-early", "connect-refused", "connect-failed"]);

async function runOnce(world: World, load: Load, seed: number, untilMs: number): Promise<void> {
  const { name, server } = load;
  const { port } = serverOf(world, server);
  const startMs = world.now();
  const leftMs = Math.max(1_000, Math.ceil(untilMs - startMs));
  const runMs = load.isLong ? leftMs : Math.min(leftMs, between(createRandom(seed), ...RUN_SECONDS) * 1_000);
  const args = ["--port", String(port), ...load.args, "--duration", `${runMs}ms`, "--warmup", "0", ...ECHO_LIMIT];
  const trust = load.server === "tls" ? ["--tls-ca", world.caFile] : [];
  const program = startClient(world, [...args, ...trust, "--seed", String(seed)]);
  world.clients.add(program);
  const fail = (message: string, child: Program): void => {
    const file = keepOutput(world, name, message, child);
    world.tally.failures.push({ engine: world.engine, name, seed, atMs: world.now(), message, file });
  };
  try {
    const { exitCode, result } = await endOf(program, runMs + END_LIMIT_MS);
    if (!result) return fail(`the client printed no result, exit code ${exitCode}`, program);
    count(world, result);
    const isRight = exitCode === 0 || (world.stop.aborted && exitCode === 130 && result.errors.total === 0);
    if (isRight) return;
    const isLoss = Object.keys(result.errors.byKind).every((kind) => lossesOfKill.has(kind));
    if (isLoss && exitCode !== 0 && wasDisturbed(world, server, startMs, world.now())) {
      return world.tally.addLost(result.errors.byKind);
    }
    fail(`exit code ${exitCode}: ${result.reason} ${JSON.stringify(result.errors.byKind)}`, program);
  } catch (error) {
    fail(messageOf(error), program);
  } finally {
    world.clients.delete(program);
  }
}

/** Keeps every load of an engine running until the time is over. */
export async function keepLoading(world: World, seed: number, untilMs: number): Promise<void> {
  const random = createRandom(seed);
  const keep = async (load: Load): Promise<void> => {
    while (!world.stop.aborted && world.now() < untilMs - 1_000) {
      await runOnce(world, load, between(random, 0, 2 ** 32 - 1), untilMs);
      // A load that fails at once must not become a busy loop.
      await Bun.sleep(50);
    }
  };
  await Promise.all(loads.filter(({ server }) => world.servers.has(server)).map(keep));
}
