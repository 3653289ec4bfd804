import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Fleet, readMerged, SERVER } from "./fixtures/fleet.ts";
import { startSlurm } from "./fixtures/fleet-slurm.ts";
import { testInNetwork, testWith } from "./fixtures/tools.ts";
import { until } from "./fixtures/until.ts";

const script = join(import.meta.dir, "..", "deploy/slurm/echobench.sbatch");
const start = "--start-at $(date -ud '+6 sec' +%FT%TZ)";
const paced = `--host ${SERVER} --rate 300/s --conns 3`;

describe.concurrent("shards that Slurm starts", () => {
  const inNetwork = testInNetwork();
  const tools = ["srun", "sbatch", "slurmctld", "slurmd", "munged", "nsenter", "unshare"];
  const withSlurm = testWith(...tools) === test ? inNetwork : test.skip;

  withSlurm("by srun are numbered by it, one on each node, and srun carries the largest exit code", async () => {
    await using fleet = await Fleet.make(3, startSlurm);
    await using server = await fleet.serve("--log-format", "json");
    fleet.files.folder("run");
    const options = "-N3 --ntasks-per-node=1 --output=run/%t.json --error=%t.log";
    const srun = (load: string): string => `srun ${options} echobench client ${load} --shard auto --quiet --json`;
    expect(await fleet.shell(srun(`${paced} --duration 1s --warmup 0 ${start}`))).toMatchObject({ exitCode: 0 });
    const { exitCode, result } = await readMerged(fleet, "run --shards 3");
    expect([exitCode, result.merged?.missing]).toEqual([0, []]);
    const from = server.stdout.matchAll(/"CONNECT","client":"(10\.78\.0\.\d+)/g);
    expect(Array.from(from, ([, address]) => address).toSorted()).toEqual(["10.78.0.11", "10.78.0.12", "10.78.0.13"]);
    expect((await fleet.shell(srun(`--host ${SERVER} --port 1 --conns 3`))).exitCode).toBe(3);
  });

  /** `sbatch --wait` looks after 2, 10 and 42 seconds. */
  const WAIT_MS = 50_000;
  const batch = (load: string, lead = "5 sec"): string =>
    `ECHOBENCH_LEAD='${lead}' sbatch --wait --nodes=3 ${script} ${load}`;

  withSlurm(
    "by the script of deploy/slurm end the job with the merge's 4 when the whole breaks a threshold",
    async () => {
      await using fleet = await Fleet.make(3, startSlurm);
      await using _server = await fleet.serve("--quiet");
      await using job = fleet.startShell(batch(`${paced} --duration 1s --warmup 0 --expect 'max<1ns'`));
      const exitCode = await job.exited(WAIT_MS);
      const output = readFileSync(fleet.files.join("slurm-1.out"), "utf8");
      expect([exitCode, output]).toEqual([4, expect.stringContaining("3 of 3 shards of 3 connections")]);
      expect(readFileSync(fleet.files.join("echobench-1.html"), "utf8")).toContain("uPlot");
    },
    60_000,
  );

  withSlurm(
    "by the script of deploy/slurm end the job with the merge's 6 when the client of a node is killed",
    async () => {
      await using fleet = await Fleet.make(3, startSlurm);
      await using _server = await fleet.serve("--quiet");
      await using job = fleet.startShell(
        batch(`${paced} --duration 2s --warmup 0 --interval 100ms --start-late`, "3 sec"),
      );
      const second = fleet.files.join("echobench-1/1.json");
      await until(() => existsSync(second), "the first checkpoint of the second shard");
      const [, generator] = fleet.generators;
      const [client] = (await generator?.namespace.pids(/echobench\.ts\0client/)) ?? [];
      process.kill(client ?? Number.NaN, "SIGKILL");
      expect(await job.exited(WAIT_MS)).toBe(6);
      const output = readFileSync(fleet.files.join("slurm-1.out"), "utf8");
      expect(output).toContain("FAIL  shard 2 of 3 cut short");
      expect(output).toContain("3 of 3 shards of 3 connections");
    },
    60_000,
  );
});
