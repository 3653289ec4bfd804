import { describe, expect } from "bun:test";
import { join } from "node:path";
import { medianSorted } from "simple-statistics";
import { Fleet, readMerged, SERVER } from "./fixtures/fleet.ts";
import { startSshDaemons } from "./fixtures/fleet-ssh.ts";
import { Program } from "./fixtures/program.ts";
import { testInNetwork, testWith } from "./fixtures/tools.ts";

const THREE = "gen[1-3]";
/** Time for three clients to start over ssh and to connect, on a busy machine too. */
const START = "--start-at $(date -ud '+8 sec' +%FT%TZ)";
/** A machine that cannot be reached any more ends its ssh, rather than holding the run for ever. */
const SSH = "ssh -o ConnectTimeout=5 -o ServerAliveInterval=1 -o ServerAliveCountMax=2";

const clush = (folder: string, client: string): string =>
  `clush -S -f 64 -R exec -w ${THREE} --outdir ${folder} "${SSH} %h ${client} --shard \\$((%rank+1))/3" >/dev/null`;

const load = (options: string): string => `echobench client --host ${SERVER} ${options} --json --quiet`;

describe.concurrent("shards that are started over ssh", () => {
  const inNetwork = testInNetwork();
  const withTools = (...tools: readonly string[]): typeof inNetwork => {
    const withThese = testWith("/usr/sbin/sshd", "ssh", ...tools);
    return inNetwork === withThese ? inNetwork : inNetwork.skip;
  };

  withTools("clush")(
    "by ClusterShell are the load that was asked for, and the server has echoed all of it",
    async () => {
      await using fleet = await Fleet.make(3, startSshDaemons);
      await using server = await fleet.serve("--log-format", "json");
      const started = await fleet.shell(clush("run", load(`--rate 300/s --conns 7 --messages 1201 ${START}`)));
      expect(started).toMatchObject({ exitCode: 0, stdout: "" });
      const { exitCode, result } = await readMerged(fleet, "run --shards 3");
      expect(exitCode).toBe(0);
      expect(result.totals).toMatchObject({ connections: 7, messages: 1_201 });
      expect(result.merged?.parts.map(({ index, openedAt }) => [index, openedAt])).toEqual(
        [1, 2, 3].map((index) => [index, result.window.openedAt ?? 0]),
      );
      server.kill("SIGINT");
      await server.exited();
      const [, echoed] = /"event":"STOP".*"bytesOut":(\d+)/.exec(server.stdout) ?? [];
      expect(result.totals.bytesReceived).toBe(Number(echoed));
    },
  );

  withTools("pdsh")(
    "by pdsh keep a threshold for the merge, and every engine carries the exit code of a client",
    async () => {
      await using fleet = await Fleet.make(3, startSshDaemons);
      await using _server = await fleet.serve("--quiet");
      // Its clients see the files of the head; elsewhere rpdcp collects them.
      const client = `echobench client --host ${SERVER} --rate 30/s --conns 3 --duration 1s --warmup 0 --expect 'max<1ns' --quiet`;
      const shard = "--shard \\$((%n+1))/3";
      const results = fleet.files.folder("run");
      const pdsh = (more: string): string => `pdsh -S -R exec -w ${THREE} ${SSH} %h "${client} ${shard} ${more}"`;
      expect((await fleet.shell(pdsh(`${START} --json ${results}/%h`))).exitCode).toBe(0);
      const { exitCode, result } = await readMerged(fleet, "run --shards 3");
      expect([exitCode, result.expectations.map(({ ok }) => ok)]).toEqual([4, [false]]);
      expect((await fleet.shell(pdsh("--port 1"))).exitCode).toBe(3);
    },
  );

  withTools("parallel")("by GNU parallel all start, with -j0, and it returns how many failed", async () => {
    await using fleet = await Fleet.make(3, startSshDaemons);
    await using _server = await fleet.serve("--quiet");
    fleet.files.folder("run");
    const each = (options: string): string =>
      `parallel --will-cite -j0 "${SSH} {} ${load(options)} --shard {#}/3 > run/{}" ::: gen1 gen2 gen3`;
    expect((await fleet.shell(each(`--rate 30/s --conns 3 --duration 1s --warmup 0 ${START}`))).exitCode).toBe(0);
    const { exitCode, result } = await readMerged(fleet, "run --shards 3");
    expect([exitCode, result.merged?.parts.length]).toEqual([0, 3]);
    expect((await fleet.shell(each("--port 1"))).exitCode).toBe(3);
    expect((await fleet.shell("echobench client merge run --shards 3")).exitCode).toBe(3);
  });

  withTools("clush")(
    "are named by the merge when the link of their machine is cut, with what the others measured",
    async () => {
      await using fleet = await Fleet.make(3, startSshDaemons);
      await using server = await fleet.serve();
      const [, second] = fleet.generators;
      if (!second) throw new Error("there are three generators");
      const line = clush("run", load(`--rate 300/s --conns 3 --duration 3s --warmup 0 ${START}`));
      await using clients = fleet.startShell(line);
      await server.sawTimes("CONNECT", 3);
      await fleet.cut(second);
      expect(await clients.exited()).toBe(255);
      expect(clients.stderr).toContain("clush: gen2: exited with exit code 255");
      const { exitCode, result } = await readMerged(fleet, "run --shards 3 --expect 'max<1ns'");
      expect([exitCode, result.reason]).toEqual([6, expect.stringContaining("shard 2 of 3 missing")]);
      expect(result.merged).toMatchObject({ missing: [2], cutShort: [] });
      // Those in flight at the end of the window do not count.
      expect(result.totals.messages).toBeWithin(500, 601);
    },
  );

  withTools("clush", "faketime")(
    "whose clocks are apart did not run together as far as the merge knows, which says so",
    async () => {
      await using fleet = await Fleet.make(3, startSshDaemons);
      await using _server = await fleet.serve("--quiet");
      const ahead = "\\$(test %rank = 1 && echo faketime -f +3s)";
      const client = `${ahead} ${load("--conns 3 --duration 1s --warmup 0 --seed 1")}`;
      expect((await fleet.shell(clush("run", client))).exitCode).toBe(0);
      const { exitCode, result } = await readMerged(fleet, "run --shards 3");
      expect([exitCode, result.reason]).toEqual([6, "the shards ran together for 0 % of the time"]);
      const warned = result.warnings.find(({ code }) => code === "shards-apart");
      expect(warned?.message).toMatch(/shard 2 [23]\.?\d*s after/);
    },
  );

  withTools("clush")("send in turn: at the server, messages of each arrive between those of the others", async () => {
    await using fleet = await Fleet.make(3, startSshDaemons);
    const recorder = join(import.meta.dir, "fixtures/arrivals.ts");
    await using server = new Program(fleet.server.commandAt([process.execPath, recorder, SERVER]));
    await server.saw(/listening/);
    // Slow enough that a busy machine keeps the order: a message each 50 ms.
    const messages = 60;
    const client = load(`--rate 20/s --conns 3 --messages ${messages} --size 64 ${START}`);
    expect((await fleet.shell(clush("run", client))).exitCode).toBe(0);
    server.kill("SIGTERM");
    await server.exited();
    const lines = server.stdout.split("\n").filter((line) => line.startsWith("10.78"));
    const arrivals = lines.map((line) => line.split(" ")).map(([from = "", ms]) => ({ from, ms: Number(ms) }));
    expect(arrivals).toHaveLength(messages);
    const threes = arrivals.slice(2).map((_, i) => new Set(arrivals.slice(i, i + 3).map(({ from }) => from)).size);
    expect(threes.filter((machines) => machines === 3).length).toBeGreaterThan(0.8 * threes.length);
    // Were they to send at the same time, two of three gaps would be next to nothing.
    const gapsMs = arrivals.slice(1).map(({ ms }, i) => ms - (arrivals[i]?.ms ?? 0));
    expect(medianSorted(gapsMs.toSorted((a, b) => a - b))).toBeWithin(25, 75);
  });
});
