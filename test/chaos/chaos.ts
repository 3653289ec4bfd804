import { standardError } from "../../lib/process/standard-streams.ts";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { drawSeed } from "../../lib/payload/random.ts";
import { checkOutput, print, writeOutput } from "../../lib/process/output.ts";
import { aborted, watchSignals } from "../../lib/process/signals.ts";
import { type ExitCode, exitCodes, messageOf, UsageError } from "../../lib/errors.ts";
import { StatusLine } from "../../lib/process/terminal.ts";
import { formatBytes, formatCount, formatDuration } from "../../lib/text/format-units.ts";
import { Certificates, type Identity } from "../fixtures/certificates.ts";
import { faults } from "./faults/faults.ts";
import { removeNetworks } from "./faults/networks.ts";
import { keepInjecting } from "./inject.ts";
import { keepLoading } from "./load.ts";
import type { ChaosOptions } from "./options.ts";
import { endAll, startJanitor } from "./processes.ts";
import { Sampler } from "./sampler.ts";
import { Tally } from "./tally.ts";
import { type ChaosVerdict, complaintsOf, describeVerdict, type EngineVerdict } from "./verdict.ts";
import { startServers, type World } from "./world.ts";

const SAMPLE_MS = 1_000;
/** A line of progress for a log that is no terminal. */
const LINE_EVERY_MS = 30_000;
/** How long clients may take to report after Ctrl+C. */
const CLIENTS_END_MS = 5_000;
const CHILDREN_END_MS = 8_000;
/** Servers close the connections of faults that have just ended. */
const SETTLE_MS = 3_000;

interface Site {
  readonly world: World;
  readonly sampler: Sampler;
}

const look = ({ world, sampler }: Site): void => {
  const roots = [...world.servers.values()].map(({ name, program }) => [name, program.child.pid] as const);
  sampler.look(new Map(roots), world.now());
};

const describeProgress = ({ world: { engine, tally } }: Site): string => {
  const injected = Object.values(tally.faults).reduce((sum, each) => sum + each.injected, 0);
  const { bytesVerified, connections } = tally.traffic;
  const counts = `${formatBytes(bytesVerified)} verified, ${formatCount(connections)} connections, ${injected} faults`;
  return `${engine}: ${counts}, ${tally.failures.length} failures`;
};

/** Shows and samples until disposed. */
function watch(sites: readonly Site[], now: () => number, durationMs: number): Disposable {
  const line = new StatusLine(standardError);
  let lastLineMs = 0;
  const timer = setInterval(() => {
    for (const site of sites) look(site);
    const progress = sites.map(
      (site) => `${formatDuration(now())} of ${formatDuration(durationMs)}  ${describeProgress(site)}`,
    );
    if (standardError.canRedraw) return line.update(progress);
    if (now() - lastLineMs < LINE_EVERY_MS) return;
    lastLineMs = now();
    process.stderr.write(`${progress.join("\n")}\n`);
  }, SAMPLE_MS);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      line.clear();
    },
  };
}

function conclude({ world, sampler }: Site): EngineVerdict {
  const { tally, engine } = world;
  const processes = sampler.developments();
  // An interrupted run ends with faults under way, and clients that hold connections.
  for (const each of world.stop.aborted ? [] : processes) {
    for (const complaint of complaintsOf(each)) {
      const message = `${each.process}: ${complaint}`;
      tally.failures.push({ engine, name: "samples", seed: 0, atMs: world.now(), message, file: null });
    }
  }
  const { traffic, runs: clientRuns, faults: counts, skipped, lost, failures } = tally;
  return { engine, traffic, clientRuns, faults: counts, skipped, lost, failures, processes };
}

/** Ends the servers as Ctrl+C does, which has to succeed. */
async function endServers({ tally, servers, engine, now }: World): Promise<void> {
  const end = async ({
    name,
    program,
  }: {
    name: string;
    program: World["clients"] extends Set<infer P> ? P : never;
  }) => {
    program.kill("SIGTERM");
    const exitCode = await program.exited(CHILDREN_END_MS).catch(messageOf);
    if (exitCode === 0) return;
    const message = `server ${name} ended with ${exitCode}: ${program.stderr}`;
    tally.failures.push({ engine, name: "shutdown", seed: 0, atMs: now(), message, file: null });
  };
  await Promise.all([...servers.values()].map(end));
}

/** The work of all engines, until the time is over or the user stops it. */
async function run(sites: readonly Site[], { only, duration }: ChaosOptions, seed: number): Promise<void> {
  const chosen = only ? faults.filter(({ name }) => only.includes(name)) : faults;
  const loads = Promise.all(sites.map(({ world }) => keepLoading(world, seed, duration)));
  const injections = Promise.all(sites.map(({ world }) => keepInjecting(world, chosen, seed, duration)));
  const [first] = sites;
  if (!first) return;
  const stopped = aborted(first.world.stop).then(() => {
    for (const { world } of sites) for (const client of world.clients) client.kill("SIGINT");
    return Promise.race([loads, Bun.sleep(CLIENTS_END_MS)]);
  });
  await Promise.race([Promise.all([loads, injections]), stopped]);
}

const makeWorld = async (
  engine: "epoll" | "bun",
  folder: string,
  identity: Identity,
  caFile: string,
  stop: AbortSignal,
  now: () => number,
): Promise<World> => {
  const servers = await startServers(engine, join(folder, engine), identity);
  const tally = new Tally();
  if (!servers.has("tls")) tally.skip("tls", "the epoll engine has no TLS");
  return { engine, folder, servers, tally, disturbances: [], clients: new Set(), caFile, stop, now };
};

/** Runs chaos to its verdict. */
export async function runChaos(options: ChaosOptions): Promise<ExitCode> {
  if (process.platform !== "linux") throw new UsageError("chaos: expected Linux, whose /proc it reads");
  if (options.json !== undefined) checkOutput("--json", options.json);
  const seed = options.seed ?? drawSeed();
  const folder = mkdtempSync(join(tmpdir(), "echobench-chaos-"));
  process.stderr.write(`Chaos with seed ${seed}; output of failures is kept in ${folder}\n`);
  using signals = watchSignals(["SIGINT", "SIGTERM"]);
  using certificates = new Certificates();
  const ca = await certificates.authority("chaos-ca");
  startJanitor(folder, dirname(ca.certFile));
  const identity = await certificates.signedBy(ca, "chaos");
  const engines = options.engine === "both" ? (["epoll", "bun"] as const) : [options.engine];
  let startMs = performance.now();
  const now = (): number => performance.now() - startMs;
  try {
    const worlds = await Promise.all(
      engines.map((engine) => makeWorld(engine, folder, identity, ca.certFile, signals.stop, now)),
    );
    const sites = worlds.map((world) => ({ world, sampler: new Sampler() }));
    startMs = performance.now();
    for (const site of sites) look(site);
    {
      using _ = watch(sites, now, options.duration);
      await run(sites, options, seed);
    }
    const durationMs = now();
    if (!signals.stop.aborted) await Bun.sleep(SETTLE_MS);
    for (const site of sites) look(site);
    await Promise.all(worlds.map(endServers));
    const concluded = sites.map(conclude);
    const hasFailed = concluded.some(({ failures }) => failures.length > 0);
    const verdict: ChaosVerdict = {
      schema: "echobench.chaos/1",
      seed,
      durationMs,
      wasInterrupted: signals.stop.aborted,
      engines: concluded,
      verdict: hasFailed ? "fail" : "pass",
    };
    await print(describeVerdict(verdict));
    if (options.json !== undefined) await writeOutput("--json", options.json, `${JSON.stringify(verdict, null, 2)}\n`);
    return hasFailed ? exitCodes.runFailed : exitCodes.success;
  } finally {
    await endAll(CHILDREN_END_MS);
    await removeNetworks();
  }
}
