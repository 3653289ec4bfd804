import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import type { RunResult } from "../lib/result/run-result.ts";
import { runResultSchema } from "../lib/result/run-result.ts";
import { shardOf } from "../lib/merge/shard.fixture.ts";
import { flipBit, startHostileServer } from "./fixtures/hostile-server.ts";
import { runClient, runClientForResult, runTool, ServerProgram, startClient, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { until } from "./fixtures/until.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** Time for a few clients to start and to connect, on a busy machine too. */
const AHEAD_MS = 6_000;

const startSoon = (): string => new Date(Date.now() + AHEAD_MS).toISOString();

const readResult = (path: string): RunResult => runResultSchema.parse(JSON.parse(readFileSync(path, "utf8")));

/** Runs the shards of a load at once, each with its result in a folder of this name. @returns their outcomes, and the folder */
async function runShards(name: string, of: number, ...load: readonly string[]) {
  const shards = Array.from({ length: of }, (_, i) => i + 1);
  const outcomes = await Promise.all(
    shards.map((i) =>
      runClient(...load, "--shard", `${i}/${of}`, "--quiet", "--json", folder.join(`${name}-${i}.json`)),
    ),
  );
  return { outcomes, files: shards.map((i) => folder.join(`${name}-${i}.json`)) };
}

/** Merges results and reads the whole. */
async function mergeForResult(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await runClient("merge", ...args, "--json");
  if (stdout === "") throw new Error(stderr);
  return { exitCode, stderr, result: runResultSchema.parse(JSON.parse(stdout)) };
}

const seconds = [1, 2].map(() => Array.from({ length: 1_000 }, (_, i) => 50_000 + i));

/** Saves results in a folder of this name. @returns the folder */
function save(name: string, results: Readonly<Record<string, RunResult | string>>): string {
  const own = folder.folder(name);
  for (const [file, result] of Object.entries(results)) {
    folder.write(`${name}/${file}`, typeof result === "string" ? result : JSON.stringify(result));
  }
  return own;
}

describe.concurrent("the shards of a load", () => {
  test("start together, add up to the load that was asked for, and merge to what the server has echoed", async () => {
    await using server = await ServerProgram.start("--log-format", "json");
    const load = [
      "--rate",
      "300/s",
      "--conns",
      "7",
      "--messages",
      "301",
      "--size",
      "64-1500",
      "--start-at",
      startSoon(),
    ];
    const { outcomes, files } = await runShards("whole", 3, ...to(server), ...load, "--expect", "max<1ns");
    // Their thresholds are the whole's.
    expect(outcomes.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual([0, 0, 0].map((code) => [code, ""]));
    const parts = files.map(readResult);
    expect(parts.map(({ totals }) => [totals.connections, totals.messages])).toEqual([
      [3, 101],
      [2, 100],
      [2, 100],
    ]);
    expect(new Set(parts.map(({ window }) => window.openedAt)).size).toBe(1);
    expect(new Set(parts.map(({ seed, shard }) => `${seed} ${shard?.run}`)).size).toBe(1);
    // Not the exit code: on a busy machine a shard may take longer than the others for its messages.
    const { result } = await mergeForResult(...files, "--shards", "3");
    expect(result.expectations).toMatchObject([{ expression: "max<1ns", ok: false }]);
    expect(result.merged).toMatchObject({ of: 3, missing: [], cutShort: [] });
    expect(result.totals).toMatchObject({ connections: 7, messages: 301 });
    await server.stop();
    const [, echoed] = /"event":"STOP".*"bytesOut":(\d+)/.exec(server.stdout) ?? [];
    expect(result.totals.bytesReceived).toBe(Number(echoed));
    expect(result.rttNs.max).toBe(Math.max(...parts.map(({ rttNs }) => rttNs.max)));
    expect(result.intervals.reduce((sum, { messages }) => sum + messages, 0)).toBe(301);
  });

  test("have connection numbers of the whole, by which the merge names the one that met a wrong byte", async () => {
    using server = startHostileServer(flipBit(5_000, 0));
    const load = [...to(server), "--conns", "4", "--messages", "100"];
    const { outcomes, files } = await runShards("wrong", 2, ...load);
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([1, 1]);
    const { exitCode, result } = await mergeForResult(...files);
    expect(exitCode).toBe(1);
    for (const { connection, shard } of result.errors.first) expect(((connection ?? 0) % 2) + 1).toBe(shard ?? 0);
    const { stdout } = await runClient("report", ...files);
    expect(stdout).toContain("shard 1/2 of 4 connections");
  });

  test.each([
    ["Slurm", ["SLURM_PROCID=1", "SLURM_NTASKS=3"]],
    ["a Kubernetes Job", ["JOB_COMPLETION_INDEX=1", "ECHO_CLIENT_SHARDS=3"]],
  ])("are told by %s which they are", async (_engine, environment) => {
    await using server = await ServerProgram.start();
    const load = [...to(server), "--conns", "3", "--messages", "3", "--json"];
    const client = [process.execPath, "client/cli.ts", ...load, "--shard", "auto"];
    const { stdout, stderr } = await runTool(["env", ...environment, ...client], "");
    expect(runResultSchema.parse(JSON.parse(stdout)).shard).toMatchObject({ index: 2, of: 3 });
    // No variable of an engine is taken for a stray one of ours.
    expect(stderr).not.toContain("ignored");
  });

  test("that no engine has started are refused when they ask for one", async () => {
    const { exitCode, stderr } = await runClient("--shard", "auto");
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining('--shard "auto": expected a variable of the engine'),
    ]);
  });

  test("leave what they had measured when they are killed", async () => {
    await using server = await ServerProgram.start();
    const path = folder.join("killed.json");
    const load = [...to(server), "--conns", "2", "--duration", "30s", "--warmup", "0", "--interval", "100ms"];
    await using client = startClient(...load, "--shard", "2/2", "--quiet", "--json", path);
    const look = (): RunResult | undefined => (existsSync(path) ? readResult(path) : undefined);
    const hasRows = (result: RunResult | undefined): boolean => (result?.intervals.length ?? 0) >= 2;
    await until(look, "a checkpoint with two rows", hasRows);
    client.kill("SIGKILL");
    await client.exited();
    const left = readResult(path);
    expect(left).toMatchObject({ verdict: "interrupted", exitCode: 130, shard: { index: 2, of: 2 } });
    const { messages } = left.totals;
    expect(messages).toBeGreaterThan(0);
    // The load goes on while its counters are read.
    expect(left.rttNs.count).toBeWithin(messages * 0.9, messages * 1.1);
    const { exitCode, result, stderr } = await mergeForResult(path);
    expect(exitCode).toBe(6);
    expect(result.reason).toStartWith("shard 1 of 2 missing, shard 2 of 2 cut short");
    expect(stderr).toContain("shard 1 of 2 missing");
    expect(readdirSync(folder.path).filter((name) => name.startsWith("."))).toEqual([]);
  });
});

describe.concurrent("a start", () => {
  test("that has passed is refused with how late it is, unless the load may be late", async () => {
    await using server = await ServerProgram.start();
    const load = [...to(server), "--messages", "10", "--start-at", new Date(Date.now() - 90_000).toISOString()];
    const { exitCode, stderr } = await runClient(...load);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/--start-at "[^"]+": it is 1m 3\ds too late/)]);
    const late = await runClientForResult(...load, "--start-late");
    expect([late.exitCode, late.result.totals.messages]).toEqual([0, 10]);
  });

  test("is waited for with open connections, until Ctrl+C", async () => {
    await using server = await ServerProgram.start();
    await using client = startClient(...to(server), "--conns", "3", "--start-at", "+1h");
    await server.sawTimes("CONNECT", 3);
    await client.until(() => /3 connections for a load that starts in/.exec(client.stderr), "the wait");
    client.kill("SIGINT");
    expect(await client.exited(2_000)).toBe(130);
    expect(client.stdout).toBe("");
  });

  test.each([
    [["--start-at", "tomorrow"], '--start-at "tomorrow": expected a time such as 2026-01-02T03:04:05Z'],
    [["--start-at", "2026-01-02T03:04:05"], "expected a time zone, such as 2026-01-02T03:04:05Z for UTC"],
    [["--start-late"], "--start-late: expected with --start-at"],
    [["--shard", "4/3"], '--shard "4/3": expected the number of this client and how many there are, such as 1/3'],
    [["--shard", "1/3", "--start-at", "+9s", "--conns", "3"], '--start-at "+9s": expected a time without a plus sign'],
    [["--shard", "1/3"], '--conns "1": expected at least 3, one for each shard'],
    [
      ["--shard", "1/2", "--conns", "4", "--threads", "3"],
      '--threads "3": expected no more than --conns (2 of a shard)',
    ],
  ])("and a shard that make no sense are refused: %p", async (args, message) => {
    const { exitCode, stderr } = await runClient(...args);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe.concurrent("client merge", () => {
  const three = { gen1: shardOf(1, 3, seconds), gen2: shardOf(2, 3, seconds), gen3: shardOf(3, 3, seconds) };

  test("reads a folder whatever its files are called, names what is no result, and reports what there is", async () => {
    const cut = JSON.stringify(shardOf(3, 3, seconds)).slice(0, 500);
    const path = save("mixed", {
      ...{
        gen1: three.gen1,
        gen2: three.gen2,
        gen3: cut,
        "notes.txt": "a note",
        "soak.json": '{"schema":"echobench.soak/1"}',
      },
      "whole.json": { ...three.gen3, shard: null },
      ".echobench-unfinished": three.gen3,
    });
    const { exitCode, stdout, stderr } = await runClient("merge", path);
    expect(exitCode).toBe(6);
    const told = ["gen3", "notes.txt", "soak.json", "whole.json"].map((name) => `"${path}/${name}": `);
    for (const each of told) expect(stderr).toContain(each);
    expect(stderr.trimEnd().split("\n")).toHaveLength(4);
    expect(stdout).toContain("2 of 3 shards of 3 connections");
    expect(stdout).toMatch(/3 +missing/);
    expect(stdout).toContain("FAIL  shard 3 of 3 missing");
    expect((await runClient("merge", path, "--allow-missing", "1")).exitCode).toBe(0);
  });

  test("writes a result that report, its exports and bench take as one of a client", async () => {
    const path = save("good", three);
    const written = folder.join("merged.json");
    const merged = await runClient("merge", path, "--json", written, "--csv", folder.join("merged.csv"));
    expect(merged).toMatchObject({ exitCode: 0, stderr: "" });
    const again = await runClient("report", written, "--html", folder.join("m.html"), "--csv", folder.join("m.csv"));
    expect(again).toEqual(merged);
    expect(readFileSync(folder.join("m.csv"), "utf8")).toBe(readFileSync(folder.join("merged.csv"), "utf8"));
    // A merged result on one side, the shards of another run on the other.
    const slower = seconds.map((second) => second.map((ns) => ns + 9));
    const other = save("other", Object.fromEntries([1, 2, 3].map((i) => [`${i}.json`, shardOf(i, 3, slower)])));
    const compare = await runTool([process.execPath, "bench/cli.ts", "compare", written, other], "");
    expect(compare).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("messages/s") });
  });

  test("judges the whole by its own thresholds", async () => {
    const path = save("judged", three);
    const { exitCode, result } = await mergeForResult(path, "--expect", "messages>=6000", "--expect", "p50<1us");
    expect(exitCode).toBe(4);
    expect(result.expectations.map(({ ok }) => ok)).toEqual([true, false]);
    const { stderr } = await runClient("merge", path, "--expect", "service-p99<1ms");
    expect(stderr).toContain("this run has no service-p99");
  });

  test.each([
    ["no file", [], "FILE: expected at least one result of a shard"],
    ["a file that is not there", ["no/such"], '"no/such": no such file'],
    ["a name that is too long", ["é".repeat(200)], "name too long"],
    ["shards of two runs", ["mixed-runs"], "are not of one run: they differ in seed (7, 9)"],
    ["a shard twice", ["twice"], "are both of shard 1"],
    ["another number", ["count", "--shards", "5"], '--shards "5": expected 3, as'],
    ["no result", ["none"], "expected results of client --shard in"],
  ])("refuses %s", async (_name, [path, ...more], message) => {
    const folders = {
      "mixed-runs": { a: three.gen1, b: { ...three.gen2, seed: 9 } },
      twice: { a: three.gen1, b: three.gen1 },
      count: three,
      none: { "a.txt": "a" },
    };
    const known = Object.entries(folders).find(([name]) => name === path);
    const words = path === undefined ? [] : [known ? save(known[0], known[1]) : path];
    const { exitCode, stderr, stdout } = await runClient("merge", ...words, ...more);
    expect([exitCode, stdout, stderr]).toEqual([2, "", expect.stringContaining(message)]);
  });

  test("says that no client connected when none wrote anything", async () => {
    const { exitCode, stderr } = await runClient("merge", save("silent", { gen1: "", gen2: "\n" }));
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining("no client wrote a result")]);
    const empty = await runClient("merge", save("empty", {}));
    expect([empty.exitCode, empty.stderr]).toEqual([3, expect.stringContaining("there are no files")]);
  });
});

test("a merge does not write over a shard in a folder, and leaves out what is no file", async () => {
  using shards = new TemporaryFolder();
  const second = Array.from({ length: 100 }, (_, i) => 50_000 + i);
  for (const index of [1, 2]) shards.write(`gen${index}`, JSON.stringify(shardOf(index, 2, [second])));
  await runTool(["mkfifo", shards.join("pipe")], "");
  await runTool(["mkdir", shards.join("older")], "");
  symlinkSync("circle", shards.join("circle"));
  symlinkSync("older", shards.join("link"));
  for (let i = 0; i < 30; i++) shards.write(`z${i}\nx`, "no result");
  const over = await runClient("merge", shards.path, "--html", shards.join("gen2"));
  expect([over.exitCode, over.stderr]).toEqual([2, expect.stringContaining("expected another file than FILE")]);
  const { exitCode, stderr } = await runClient("merge", shards.path);
  expect(exitCode).toBe(0);
  expect(stderr).toContain('older": it is a folder in a folder; it is left out');
  expect(stderr).toContain('link": it is a folder in a folder; it is left out');
  expect(stderr).toContain('circle": its links lead in a circle; it is left out');
  // Each in a line of its own, whatever its name is.
  expect(stderr.match(/^warning: "[^\n]*\\nx": [^\n]*$/gm)).toHaveLength(16);
  expect(stderr).toContain("warning: 14 more files left out\n");
  expect(stderr).toContain('pipe": expected a file, found a pipe or a device');
});
