/**
 * A load of 50,000 connections from 10 machines with two addresses each, in namespaces: what a plan for a million of them
 * relies on, at a twentieth of its size. Prints what the kernel counts meanwhile, and the merged result. Needs root.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Fleet, type Generator, SERVER } from "./fixtures/fleet.ts";
import type { Namespace } from "./fixtures/namespace.ts";
import { type Program, runTool } from "./fixtures/program.ts";
import { until } from "./fixtures/until.ts";

const MACHINES = 10;
const CONNECTIONS = 50_000;
/** A twentieth of 2 x 28,232 for a machine, so that one address has too few for its 5,000 connections. */
const PORTS = "10000 12823";
const LEAD_MS = 30_000;

const secondAddress = ({ address }: Generator): string => address.replace("10.78.0.", "10.78.0.1");

async function prepare({ server, generators }: Fleet): Promise<void> {
  // A rule that asks for the state of a connection makes the kernel track all of them.
  await server.at("nft", "table inet t { chain in { type filter hook input priority 0; ct state invalid drop; }; }");
  for (const generator of generators) {
    const { namespace } = generator;
    await namespace.at("sysctl", "-q", "-w", `net.ipv4.ip_local_port_range=${PORTS}`);
    await namespace.at("ip", "addr", "add", `${secondAddress(generator)}/24`, "dev", "wire");
  }
}

async function read(where: Namespace, line: string): Promise<string> {
  return (await runTool(where.commandAt(["sh", "-c", line]), "")).stdout.trim();
}

function startShard(fleet: Fleet, generator: Generator, index: number, startAt: string): Program {
  const load = ["--host", SERVER, "--conns", String(CONNECTIONS), "--rate", "2k/s", "--size", "64"];
  const when = ["--start-at", startAt, "--duration", "10s", "--warmup", "2s", "--timeout", "20s"];
  const from = ["--bind", `${generator.address},${secondAddress(generator)}`];
  const shard = ["--shard", `${index}/${MACHINES}`, "--quiet", "--json", fleet.files.join(`run/${generator.name}`)];
  const client = ["client/cli.ts", ...load, ...when, ...from, ...shard];
  return fleet.daemon(generator.namespace.commandAt([process.execPath, ...client]));
}

await using fleet = await Fleet.make(MACHINES + 1, prepare);
const generators = fleet.generators.slice(0, MACHINES);
const [first] = generators;
const spare = fleet.generators[MACHINES];
if (!first || !spare) throw new Error("there are machines");
const options = ["--host", SERVER, "--workers", "4", "--quiet", "--backlog", "65535"];
const server = fleet.daemon(fleet.server.commandAt([process.execPath, "server/cli.ts", ...options]));
await server.saw(/Listening on/);

const oneAddress = ["client/cli.ts", "--host", SERVER, "--conns", "5000", "--messages", "5000", "--quiet"];
const tooMany = await runTool(spare.namespace.commandAt([process.execPath, ...oneAddress]), "");
const errors = tooMany.stdout.slice(tooMany.stdout.indexOf("Errors"));
process.stdout.write(`5,000 connections from one address: exit ${tooMany.exitCode}\n${errors}\n`);

/** Memory of the kernel's objects, in KiB: of both ends of a connection here, as one kernel has both. */
const slabKib = async (): Promise<number> =>
  Number(await read(fleet.server, "awk '/^Slab/ { print $2 }' /proc/meminfo"));
const serverKib = async (): Promise<string> =>
  read(fleet.server, `ps -o rss= -p ${(await fleet.server.pids()).join(",")} | xargs`);
const before = { slabKib: await slabKib(), serverKib: await serverKib() };

fleet.files.folder("run");
const startAt = new Date(Date.now() + LEAD_MS).toISOString();
const shards = generators.map((generator, i) => startShard(fleet, generator, i + 1, startAt));
const established = async (): Promise<number> => Number(await read(fleet.server, "ss -Htn state established | wc -l"));
await until(established, "all connections", (count) => count >= CONNECTIONS, {
  limitMs: LEAD_MS,
  changed: () => sleep(500),
});
const leadMs = Date.parse(startAt) - Date.now();
process.stdout.write(`all connections stand ${Math.round(leadMs / 1_000)} s before the start\n`);
const tracked = await read(fleet.server, "cat /proc/sys/net/netfilter/nf_conntrack_count");
const neighbours = await read(fleet.server, "ip neigh show dev wire | wc -l");
const ports = await read(
  first.namespace,
  "ss -Htn state established | awk '{sub(/:.*/, \"\", $3); print $3}' | sort | uniq -c",
);
const memory = await read(fleet.server, "grep -h TCP: /proc/net/sockstat");
const perConnectionKib = ((await slabKib()) - before.slabKib) / CONNECTIONS;
process.stdout.write(`kernel objects: ${perConnectionKib.toFixed(1)} KiB a connection, both ends and its tracking\n`);
process.stdout.write(`memory of the server and its workers, KiB: ${before.serverKib}, then ${await serverKib()}\n`);
process.stdout.write(
  `server: ${tracked} tracked connections, ${neighbours} neighbours, ${memory}\nconnections by address of gen1:\n${ports}\n`,
);
await Promise.all(shards.map((shard) => shard.exited(LEAD_MS * 2)));
for (const { stderr } of shards) process.stdout.write(stderr);
const merged = await fleet.shell(`echobench client merge run --shards ${MACHINES} --json merged.json`);
process.stdout.write(`${merged.stdout}${merged.stderr}exit ${merged.exitCode}\n`);
