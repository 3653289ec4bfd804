import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { around, suiteOf } from "../bench/suite/suite.fixture.ts";
import { dirname, join } from "node:path";
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
const alike = five("alike", 1.001);
const slow = five("slow", 0.5);
const epoll = five("epoll", 1, { options: { ...resultOf().options, engine: "epoll" } });
const bun = five("bun", 1.001, { options: { ...resultOf().options, engine: "bun" } });
const some = five("some", 1);
save("some/bad.json", 1, 9, { verdict: "fail", errors: { total: 1, byKind: { reset: 1 }, first: [] } });
const [even, halved] = [1, 0.5].map((factor) => suiteOf({ base: around(100_000), head: around(100_000 * factor) }));
mkdirSync(folder.join("ab/confirmation"), { recursive: true });
folder.write("ab/confirmation/report.json", JSON.stringify(even));
const refuted = dirname(folder.write("ab/report.json", JSON.stringify(halved)));
const tolerant = folder.write("tolerant.json", JSON.stringify({ ...halved, threshold: 9 }));
const dated = folder.join("dated");
mkdirSync(dated);
for (let i = 0; i < 5; i++) save(`dated/${i}.json`, 1, i, { startedAt: new Date(i * 1e7).toISOString(), seed: 7 });
const cut = five("cut", 1.002);
folder.write("cut/5.json", readFileSync(join(fast, "0.json"), "utf8").slice(0, 500));
const grown = five("grown", 1);
save("grown/new.json", 1, 20);
const single = save("single.json", 1, 7);
const failed = save("failed.json", 1, 8, { verdict: "fail", errors: { total: 1, byKind: { reset: 1 }, first: [] } });

const copies = Object.entries({ copies: 1, "more-copies": 1.001 }).map(([name, scale]) => {
  mkdirSync(folder.join(name));
  for (let i = 0; i < 6; i++) save(`${name}/${i}.json`, scale, 1);
  return folder.join(name);
});
const fleets = Object.entries({ fleet: 1, "other-fleet": 1.001 }).map(([name, scale]) => {
  mkdirSync(folder.join(name));
  for (let i = 0; i < 6; i++) save(`${name}/${i}.json`, scale, i, { startedAt: new Date(0).toISOString() });
  return folder.join(name);
});
const whole = folder.write("whole.json", JSON.stringify(suiteOf({ head: around(100_000) })));
const incomplete = folder.write(
  "incomplete.json",
  JSON.stringify({
    ...suiteOf({ head: around(100_001) }),
    rounds: 11,
    missing: ["small (head), round 11: interrupted"],
  }),
);

const bench = (...words: readonly string[]) => runTool([process.execPath, "bench/cli.ts", ...words], "");

describe.concurrent("bench compare", () => {
  test.each<[string, readonly string[], number, string]>([
    ["shows a regression", [fast, slow], 0, "slower"],
    ["fails on a regression when asked to", [fast, slow, "--fail-on-regression"], 5, "REGRESSION  slower: "],
    ["passes where there is none", [fast, alike, "--fail-on-regression"], 0, "NO REGRESSION"],
    ["takes several results", [fast, alike, slow, "--fail-on-regression"], 5, `(${slow})`],
    ["says how many are needed", [fast, single, "--fail-on-regression"], 1, "5 and 1 results; a test needs at least 4"],
    ["compares nothing that failed", [fast, failed], 1, `nothing to compare: ${failed}: 1 error (reset 1)`],
    ["names in what loads differ", [epoll, bun], 1, "differ in engine (epoll, bun)"],
    ["compares on purpose what differs", [epoll, bun, "--across", "engine"], 0, "differ in engine (epoll, bun)"],
    ["names the heads without a counterpart", [fast, alike, failed], 1, `HEAD "${failed}": nothing of it could be`],
    ["needs a head", [fast], 2, "HEAD: expected at least one result"],
    ["knows what can differ", [fast, slow, "--across", "seed"], 2, '--across "seed"'],
    ["compares no result with itself", [fast, fast], 1, "shares 5 results with BASE"],
    ["passes no result that is its own base", [fast, fast, "--fail-on-regression"], 1, "nothing to compare"],
    ["passes no result that has only another date", [fast, dated, "--fail-on-regression"], 1, "nothing to compare"],
    ["passes no folder with a result cut short", [fast, cut, "--fail-on-regression"], 1, "INCOMPLETE  1 measurement"],
    ["names a result cut short", [fast, cut], 0, "Missing: "],
    ["compares a folder with a part that is new", [fast, grown], 0, "shares 5 results with BASE"],
    ["compares no suite with itself", [whole, whole, "--fail-on-regression"], 1, "shares 10 results with BASE"],
    ["takes no copies for rounds", [...copies, "--fail-on-regression"], 1, "1 and 1 results; a test needs"],
    ["names copies", copies, 0, "copies/5.json: the same result as "],
    [
      "takes no parts of one load for rounds",
      [...fleets, "--fail-on-regression"],
      1,
      "ran at the same time as another",
    ],
    ["shows what was not measured", [whole, incomplete], 0, `Missing: ${incomplete}: small (head), round 11: interr`],
    [
      "does not pass what was not measured",
      [whole, incomplete, "--fail-on-regression"],
      1,
      "INCOMPLETE  1 measurement",
    ],
    [
      "says the verdict in exports",
      [fast, slow, "--fail-on-regression", "--format", "junit"],
      5,
      'name="verdict"><failure',
    ],
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
    ["fails where measurements are missing", [incomplete], 1, "Missing: small (head), round 11: interrupted"],
    ["fails where some of several failed", [some], 1, "Failed: "],
    ["names in no export what failed, but beside it", [some, "--format", "csv"], 1, "warning: "],
    ["judges a comparison with its second run", [refuted], 0, "slower, refuted"],
    ["judges it so from its file", [join(refuted, "report.json")], 0, "NO REGRESSION\n"],
    ["judges it with its threshold", [tolerant], 0, "at least 900 %"],
    ["judges it with another threshold when asked to", [tolerant, "--threshold", "5.5%"], 0, "at least 5.5 %"],
    ["exports no empty file", [failed, "--format", "github-bigger"], 1, "nothing to export: "],
  ])("%s", async (_, words, code, text) => {
    const { stdout, stderr, exitCode } = await bench("report", ...words);
    expect(stdout + stderr).toContain(text);
    expect(exitCode).toBe(code);
  });
});
