import { describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { comparisonSchema } from "../bench/compare/comparison.ts";
import { buffersResultSchema } from "../bench/experiments/buffers-result.ts";
import { peersResultSchema } from "../bench/peers/result.ts";
import { suiteSchema } from "../bench/suite/suite.ts";
import { Program, runTool } from "./fixtures/program.ts";
import { childrenOf } from "./fixtures/process-stats.ts";
import { testWith } from "./fixtures/tools.ts";
import { until } from "./fixtures/until.ts";

async function bench(...args: readonly string[]) {
  await using program = new Program([process.execPath, "bench/cli.ts", ...args]);
  const exitCode = await program.exited(110_000);
  return { exitCode, stdout: program.stdout, stderr: program.stderr };
}

function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "echobench-bench-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

const short = ["--rounds", "2", "--duration", "300ms"];

describe("bench", () => {
  test("run measures each scenario in each round, every byte verified, and keeps results and reports", async () => {
    using folder = temporaryFolder();
    const { exitCode, stdout } = await bench(
      ...["run", ...short, "--only", "small,pipelined,tls", "--format", "json", "--out", folder.path],
    );
    const suite = suiteSchema.parse(JSON.parse(stdout));
    expect(suite.scenarios.map(({ name, measurements }) => [name, measurements.length])).toEqual([
      ["small", 2],
      ["pipelined", 2],
      ["tls", 2],
    ]);
    expect(suite.scenarios[2]?.measurements.map(({ result }) => result.target.tls)).toEqual([true, true]);
    expect(suite.missing).toEqual([]);
    expect(suite.scenarios[1]?.measurements.map(({ result }) => result.options["pipeline"])).toEqual([32, 32]);
    if (process.platform === "linux") {
      const [measurement] = suite.scenarios[0]?.measurements ?? [];
      expect(measurement?.serverCpuUs).toBeGreaterThan(0);
      expect(measurement?.serverRunQueueMs).toBeGreaterThanOrEqual(0);
    }
    expect(readdirSync(folder.path).toSorted()).toEqual(["report.html", "report.json", "report.md", "runs"]);
    expect(readdirSync(join(folder.path, "runs"))).toHaveLength(6);
    expect(suiteSchema.parse(JSON.parse(readFileSync(join(folder.path, "report.json"), "utf8")))).toEqual(suite);
    expect(exitCode).toBe(0);

    const again = await bench("report", folder.path, "--format", "csv");
    expect(again.stdout).toStartWith("scenario,load,variant,");
    using other = temporaryFolder();
    const report = readFileSync(join(folder.path, "report.json"), "utf8");
    writeFileSync(join(other.path, "report.json"), report.replaceAll(/"userMs":\s*[\d.]+/g, '"userMs":1'));
    const compared = await bench("compare", folder.path, other.path);
    expect(compared.stdout).toMatch(/^messages\/s .* not enough data$/m);
    expect(compared.exitCode).toBe(0);
    const { stdout: comparison } = await bench("compare", folder.path, other.path, "--format", "json");
    expect(comparisonSchema.parse(JSON.parse(comparison)).rows.length).toBeGreaterThan(0);
    const file = join(folder.path, "comparison.json");
    writeFileSync(file, comparison);
    expect(await bench("report", file)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('found "echobench.comparison/1"'),
    });
  });

  test("run prints a table when nothing else is asked for", async () => {
    using folder = temporaryFolder();
    const { stdout } = await bench(
      "--rounds",
      "1",
      "--duration",
      "100ms",
      "--only",
      "small,churn",
      "--out",
      folder.path,
    );
    expect(stdout).toMatch(/^scenario +load +runs +messages\/s/);
    expect(stdout).toMatch(/^small +50 x 64 B +1 +[\d,]+ /m);
    expect(stdout).toMatch(/^churn +10 x 64 B, new connections +1 +[\d,]+ /m);
  });

  test("run keeps its measurements when it is interrupted, and says which are missing", async () => {
    using folder = temporaryFolder();
    const args = ["--rounds", "50", "--duration", "100ms", "--only", "small", "--out", folder.path];
    await using program = new Program([process.execPath, "bench/cli.ts", ...args]);
    await program.until(() => (program.stderr.includes("round 3") ? true : null), "round 3");
    program.kill("SIGINT");
    expect(await program.exited()).toBe(130);
    const suite = suiteSchema.parse(JSON.parse(readFileSync(join(folder.path, "report.json"), "utf8")));
    const measured = suite.scenarios[0]?.measurements.length ?? 0;
    expect(measured).toBeGreaterThanOrEqual(2);
    expect(measured + suite.missing.length).toBe(50);
    expect(suite.missing.at(-1)).toBe("small (head), round 50: interrupted");
  });

  testWith("git")("ab checks out a commit, measures alternately and finds no regression between the same", async () => {
    using folder = temporaryFolder();
    const load = ["--only", "small", "--rounds", "6", "--duration", "200ms", "--out", folder.path];
    const { exitCode, stdout, stderr } = await bench(
      ...["ab", "--base", "HEAD", "--head", "HEAD", "--threshold", "900%", ...load],
    );
    expect(stdout).toContain("Wilcoxon's signed ranks");
    expect(stderr).not.toContain("REGRESSION  slower");
    // A machine that starves the client in one of the rounds may leave too little for a verdict.
    expect(exitCode).toBe(/^NO REGRESSION/m.test(stderr) ? 0 : 1);
    const order = [...stderr.matchAll(/^round \d of 6: small \((base|head)\)/gm)].map(([, variant]) => variant);
    expect(order.slice(0, 4)).toEqual(["base", "head", "head", "base"]);
    const trees = await runTool(["git", "worktree", "list"], "");
    expect(trees.stdout).not.toContain("echobench-checkout-");
    expect(await bench("ab", "--base", "no-such-ref")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--base "no-such-ref": expected a commit, branch or tag of this repository'),
    });
  });

  testWith("git")("ab exits 130 when it is interrupted before anything was measured, whatever its format", async () => {
    using folder = temporaryFolder();
    const load = ["--only", "small", "--rounds", "6", "--duration", "20s", "--out", folder.path];
    const args = ["ab", "--base", "HEAD", ...load, "--format", "csv"];
    await using program = new Program([process.execPath, "bench/cli.ts", ...args]);
    await program.until(() => (program.stderr.includes("round 1 of 6") ? true : null), "round 1");
    program.kill("SIGINT");
    expect(await program.exited()).toBe(130);
    expect(program.stderr).toContain("interrupted before anything was measured");
  });

  test.each(["ab", "prove"])(
    "%s refuses rounds that could not show a difference, before anything runs",
    async (command) => {
      using folder = temporaryFolder();
      const out = join(folder.path, "out");
      expect(await bench(command, "--base", "HEAD", "--only", "small", "--rounds", "5", "--out", out)).toEqual({
        exitCode: 2,
        stdout: "",
        stderr: expect.stringContaining('error: --rounds "5": expected at least 6;'),
      });
      expect(existsSync(out)).toBe(false);
    },
  );

  const engines = process.platform === "linux" ? ["bun", "epoll"] : [];
  test.each(engines)(
    "prove finds a slowed server on %s, and no regression between the same",
    async (engine) => {
      using folder = temporaryFolder();
      const load = ["--only", "small", "--rounds", "7", "--duration", "200ms", "--out", folder.path];
      // Both so large that no noise can hide the one or reach the other.
      const sizes = ["--slowdown", "3000%", "--threshold", "300%"];
      const args = ["prove", "--engine", engine, "--runs", "1", ...sizes, ...load];
      await using program = new Program([process.execPath, "bench/cli.ts", ...args]);
      const exitCode = await program.exited(200_000);
      expect(program.stderr).toContain(`${engine}, run 1, slowed: REGRESSION  slower in two runs: small: `);
      expect(program.stdout).toMatch(new RegExp(`^${engine}, against slowed by 3000 % +1 +1 +0 +0$`, "m"));
      // Of the same, a machine that starves the client in one of the rounds may leave too little for a verdict.
      expect(program.stdout).toMatch(new RegExp(`^${engine}, against itself +1 +0 `, "m"));
      expect(exitCode).toBe(program.stdout.includes("\nPROVEN  ") ? 0 : 1);
    },
    210_000,
  );

  test.each([
    ["a mismatch", { ECHO_SERVER_TRANSFORM: "uppercase" }, "exit code 1"],
    ["a client that fails", { ECHO_CLIENT_EXPECT: "p99<1ns" }, "exit code 4"],
    ["a server that does not start", { ECHO_SERVER_GRACE: "soon" }, "the server did not start"],
  ])("%s is named, and the exit code is 1", async (_name, environment, reason) => {
    using folder = temporaryFolder();
    const args = ["--rounds", "1", "--duration", "100ms", "--only", "small", "--out", folder.path];
    await using program = new Program([process.execPath, "bench/cli.ts", ...args], environment);
    expect(await program.exited()).toBe(1);
    expect(program.stderr).toContain("small, round 1: ");
    expect(program.stdout).toMatch(new RegExp(`^Missing: small \\(head\\), round 1: .*${reason}`, "m"));
  });

  test("buffers recommends a setting with what the kernel granted", async () => {
    using folder = temporaryFolder();
    const args = ["--buffers", "64k", "--sizes", "1k", "--rounds", "1", "--duration", "300ms", "--out", folder.path];
    const { exitCode, stdout } = await bench("buffers", ...args);
    expect(stdout).toMatch(/^1 KiB +64 KiB +128 KiB +128 KiB /m);
    expect(stdout).toMatch(/^(Leave the buffers to the kernel|Give server and client --buffer 65536)/m);
    expect(exitCode).toBe(0);
    const saved = buffersResultSchema.parse(JSON.parse(readFileSync(join(folder.path, "buffers.json"), "utf8")));
    expect(saved.runs.map(({ bufferBytes }) => bufferBytes)).toEqual([undefined, 65_536]);
  });

  testWith("cc", "node", "socat")(
    "peers ranks servers and clients, and excludes a server that does not echo",
    async () => {
      const liar = "liar=socat TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr SYSTEM:'tr a b'";
      using folder = temporaryFolder();
      const args = ["--only", "small,paced-10k", "--peer", liar, "--format", "json", "--out", folder.path];
      const { exitCode, stdout } = await bench("peers", "--quick", "--rounds", "1", "--duration", "300ms", ...args);
      const result = peersResultSchema.parse(JSON.parse(stdout));
      const ours = ["echobench, epoll", "echobench, Bun's sockets"];
      const servers = Object.keys(result.servers["small"] ?? {});
      expect(servers).toEqual(expect.arrayContaining(["C, epoll", ...ours, "Node, net", "socat"]));
      const clients = Object.keys(result.clients["small"] ?? {});
      expect(clients).toEqual([
        "C, epoll, unverified",
        "C, epoll, verifying",
        ...ours.map((name) => `${name}, verifying`),
      ]);
      const pacers = Object.entries(result.schedules["paced-10k"] ?? {});
      expect(pacers.map(([name]) => name)).toEqual([
        "C, open loop, unverified",
        ...ours.map((name) => `${name}, open loop, verifying`),
      ]);
      for (const [, own] of pacers) expect(own.map(({ p50Ns }) => p50Ns > 0)).toEqual([true]);
      const baseline = { server: "C, epoll", client: "C, epoll, unverified", pacer: "C, open loop, unverified" };
      expect(result.baseline).toMatchObject(baseline);
      expect(Object.keys(result.p99_9Ns.servers["small"] ?? {})).toEqual(servers);
      for (const values of [result.servers, result.clients, result.p99_9Ns.servers, result.p99_9Ns.clients]) {
        for (const own of Object.values(values["small"] ?? {})) expect(own).toEqual([expect.any(Number)]);
      }
      expect(result.failed["liar"]).toContain("exit code 1");
      expect(JSON.parse(readFileSync(join(folder.path, "peers.json"), "utf8"))).toEqual(result);
      const page = readFileSync(join(folder.path, "peers.html"), "utf8");
      expect(page.includes("liar failed and is not ranked")).toBe(true);
      const charts = JSON.parse(/id="charts">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "[]") as Array<{
        series: Array<{ label: string }>;
      }>;
      expect(charts[0]?.series.map(({ label }) => label)).toEqual(servers);
      expect([exitCode, result.failedWhileMeasured, result.failed]).toEqual([0, [], result.failed]);
    },
    120_000,
  );

  testWith("iperf3")(
    "peers compares each way with iperf3, verified and not",
    async () => {
      const args = ["--only", "upload-8,download-1", "--rounds", "1", "--duration", "1s", "--format", "json"];
      const { exitCode, stdout } = await bench("peers", "--quick", ...args);
      const { oneWay, baseline, failedWhileMeasured } = peersResultSchema.parse(JSON.parse(stdout));
      expect(Object.keys(oneWay)).toEqual(["upload-8", "download-1"]);
      for (const rivals of Object.values(oneWay)) {
        expect(Object.keys(rivals)).toEqual([
          "iperf3, unverified",
          "echobench, epoll, verifying",
          "echobench, epoll, unverified",
          "echobench, Bun's sockets, verifying",
          "echobench, Bun's sockets, unverified",
        ]);
        for (const own of Object.values(rivals)) expect(own).toEqual([{ bytesPerSecond: expect.any(Number) }]);
      }
      expect(baseline.oneWay).toBe("iperf3, unverified");
      expect([exitCode, failedWhileMeasured]).toEqual([0, []]);
    },
    120_000,
  );

  testWith("cc", "sockperf")(
    "peers compares pairs of one maker with sockperf's two ends, polling and sleeping",
    async () => {
      const args = ["--only", "ping-pong", "--rounds", "1", "--duration", "1s", "--format", "json"];
      const { exitCode, stdout } = await bench("peers", "--quick", ...args);
      const { pairs, baseline, servers, failedWhileMeasured } = peersResultSchema.parse(JSON.parse(stdout));
      const measured = Object.entries(pairs["ping-pong"] ?? {});
      // A machine that starves one of two polling ends may leave a pair without a single round trip.
      expect([...measured.map(([name]) => name), ...failedWhileMeasured].toSorted()).toEqual([
        "C, epoll, sleeping",
        "echobench, epoll, polling, verifying",
        "echobench, epoll, sleeping, verifying",
        "sockperf, polling",
        "sockperf, sleeping",
      ]);
      for (const [, own] of measured) {
        expect(own).toHaveLength(1);
        for (const { messagesPerSecond, p50Ns, p99_9Ns } of own) {
          expect(messagesPerSecond).toBeGreaterThan(0);
          expect(p50Ns).toBeGreaterThan(0);
          expect(p99_9Ns).toBeGreaterThanOrEqual(p50Ns);
        }
      }
      expect(baseline.pair).toBe("sockperf, polling");
      expect(servers).toEqual({});
      expect(exitCode).toBe(failedWhileMeasured.length > 0 ? 1 : 0);
    },
    120_000,
  );

  test("rtt measures round trips of each size, plain and over TLS, and prints them as a suite", async () => {
    const { exitCode, stdout } = await bench("rtt", "--duration", "100ms", "--format", "json");
    const { scenarios } = suiteSchema.parse(JSON.parse(stdout));
    expect(scenarios.map(({ name }) => name)).toEqual(
      ["64 B", "1 KiB", "16 KiB", "64 KiB"].flatMap((size) => [size, `${size}, TLS`]),
    );
    for (const { name, measurements } of scenarios) {
      expect(measurements[0]?.result.rttNs.count).toBeGreaterThan(0);
      expect(measurements[0]?.result.target.tls).toBe(name.endsWith("TLS"));
    }
    expect(exitCode).toBe(0);
    expect((await bench("rtt", "--duration", "100ms")).stdout).toMatch(/^64 KiB +[\d,]+ .* ±\d/m);
  });

  test("micro measures the hot path, and writes no colours into a pipe", async () => {
    const withoutWord = ["env", ...["NO_COLOR", "FORCE_COLOR", "CI"].flatMap((name) => ["-u", name])];
    const { exitCode, stdout } = await runTool([...withoutWord, process.execPath, "bench/cli.ts", "micro"], "");
    expect(stdout).not.toContain("\u001B");
    for (const name of ["verify an echo", "record a latency", "keep a schedule", "keep 64 KiB and flush it"])
      expect(stdout).toContain(name);
    expect(exitCode).toBe(0);
  });

  test("native is an error that names peers", async () => {
    expect(await bench("native", "--rounds", "1")).toMatchObject({
      exitCode: 2,
      stderr:
        'error: "native": this is now part of bench peers, which compares both engines with C: bun run bench peers\n',
    });
  });

  test("an unknown command, scenario or flag is wrong usage", async () => {
    expect(await bench("pears")).toMatchObject({
      exitCode: 2,
      stderr: 'error: "pears": unknown command; did you mean peers?\n',
    });
    const scenario = await bench("--only", "tiny");
    expect(scenario.stderr).toContain(
      '--only "tiny": expected scenarios: small, many, large, huge, pipelined, paced, churn, tls',
    );
    expect((await bench("--round", "2")).stderr).toContain('--round "2": unknown flag; did you mean --rounds?');
    expect((await bench("rtt", "--rounds", "2")).stderr).toContain('--rounds "2": unknown flag');
  });

  test("the demo ends with the client's verdict and exit code", async () => {
    await using demo = new Program([process.execPath, "bin/echobench.ts", "demo"]);
    expect(await demo.exited()).toBe(0);
    expect(demo.stdout).toEndWith("PASS  every byte came back as it was sent\n");
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "the demo reports and leaves nothing behind on %s",
    async (signal) => {
      await using demo = new Program([process.execPath, "bin/echobench.ts", "demo"]);
      const look = (): number[] => childrenOf(demo.child.pid);
      const children = await until(look, "server and client", ({ length }) => length === 2);
      demo.kill(signal);
      expect(await demo.exited()).toBe(130);
      expect(children.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    },
  );
});
