import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { resultOf } from "../lib/result/run-result.fixture.ts";
import type { RunResult } from "../lib/result/run-result.ts";
import { runTool } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** Saves a result that was measured after those with a lower number. */
function save(name: string, scale: number, i: number, changes: Partial<RunResult> = {}): string {
  const { throughput } = resultOf();
  const messagesPerSecond = throughput.messagesPerSecond * scale * (1 + 0.01 * Math.sin(i));
  const startedAt = new Date(i * 100_000).toISOString();
  const measured = { startedAt, sendLagNs: null, throughput: { ...throughput, messagesPerSecond } };
  return folder.write(name, JSON.stringify(resultOf({ ...measured, ...changes })));
}

/** A folder with five results. */
function five(name: string, scale: number, changes: Partial<RunResult> = {}): string {
  mkdirSync(folder.join(name));
  for (let i = 0; i < 5; i++) save(`${name}/${i}.json`, scale, i, changes);
  return folder.join(name);
}

const fast = five("fast", 1);
const slow = five("slow", 0.5);
const epoll = five("epoll", 1, { options: { ...resultOf().options, engine: "epoll" } });
const bun = five("bun", 1, { options: { ...resultOf().options, engine: "bun" } });
const single = save("single.json", 1, 1);
const failed = save("failed.json", 1, 1, { verdict: "fail", errors: { total: 1, byKind: { reset: 1 }, first: [] } });

const bench = (...words: readonly string[]) => runTool([process.execPath, "bench/cli.ts", ...words], "");

describe.concurrent("bench compare", () => {
  test.each<[string, readonly string[], number, string]>([
    ["shows a regression", [fast, slow], 0, "slower"],
    ["fails on a regression when asked to", [fast, slow, "--fail-on-regression"], 5, "REGRESSION  slower: "],
    ["passes where there is none", [fast, fast, "--fail-on-regression"], 0, "NO REGRESSION"],
    ["takes several results", [fast, fast, slow, "--fail-on-regression"], 5, `(${slow})`],
    ["says how many are needed", [fast, single, "--fail-on-regression"], 1, "5 and 1 results; a test needs at least 4"],
    ["compares nothing that failed", [fast, failed], 1, `nothing to compare: ${failed}: 1 error (reset 1)`],
    ["names in what loads differ", [epoll, bun], 1, "differ in engine (epoll, bun)"],
    ["compares on purpose what differs", [epoll, bun, "--across", "engine"], 0, "differ in engine (epoll, bun)"],
    ["names the heads without a counterpart", [fast, fast, failed], 1, `HEAD "${failed}": nothing of it could be`],
    ["needs a head", [fast], 2, "HEAD: expected at least one result"],
    ["knows what can differ", [fast, slow, "--across", "seed"], 2, '--across "seed"'],
    ["exports both sides", [fast, slow, "--format", "csv"], 0, "head,5,messages/s,msgs/s,"],
    ["exports nothing of nothing", [fast, failed, "--format", "bencher"], 1, "nothing to compare"],
  ])("%s", async (_, words, code, text) => {
    const { stdout, stderr, exitCode } = await bench("compare", ...words);
    expect(stdout + stderr).toContain(text);
    expect(exitCode).toBe(code);
  });
});

describe.concurrent("bench report", () => {
  test.each<[string, readonly string[], number, string]>([
    ["shows results", [fast], 0, "Medians of 5 runs. Every byte was verified."],
    ["fails where no run is left", [failed], 1, "1 error (reset 1)"],
    ["exports no empty file", [failed, "--format", "github-bigger"], 1, "nothing to export: "],
  ])("%s", async (_, words, code, text) => {
    const { stdout, stderr, exitCode } = await bench("report", ...words);
    expect(stdout + stderr).toContain(text);
    expect(exitCode).toBe(code);
  });
});
