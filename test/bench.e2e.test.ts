import { describe, expect, test } from "bun:test";
import { readdirSync, rmSync } from "node:fs";
import { z } from "zod";
import { runResultSchema } from "../lib/run-result.ts";
import { Program } from "./program.ts";
import { testWith } from "./tools.ts";

async function bench(...args: readonly string[]) {
  await using program = new Program([process.execPath, "bench/cli.ts", ...args]);
  const exitCode = await program.exited();
  return { exitCode, stdout: program.stdout, stderr: program.stderr };
}

const short = ["--rounds", "2", "--duration", "100ms", "--only", "small,pipelined"];

describe("bench", () => {
  test("run measures each scenario in each round, every byte verified, and keeps the results", async () => {
    const folder = `/tmp/echobench-out-${process.pid}`;
    const { exitCode, stdout } = await bench("run", ...short, "--format", "json", "--out", folder);
    const results = z.record(z.string(), z.array(runResultSchema)).parse(JSON.parse(stdout));
    expect(Object.keys(results)).toEqual(["small", "pipelined"]);
    expect(results["pipelined"]?.map(({ options }) => options["pipeline"])).toEqual([32, 32]);
    expect(readdirSync(folder).toSorted()).toEqual([
      "pipelined-1.json",
      "pipelined-2.json",
      "small-1.json",
      "small-2.json",
    ]);
    expect(exitCode).toBe(0);
    rmSync(folder, { recursive: true });
  });

  test("run prints a table when nothing else is asked for", async () => {
    const { stdout } = await bench("--rounds", "1", "--duration", "100ms", "--only", "small");
    expect(stdout).toMatch(/^scenario +load +messages\/s/);
    expect(stdout).toMatch(/^small +50 x 64 B +[\d,]+ /m);
  });

  testWith("cc")("peers measures server and client beside C", async () => {
    const { exitCode, stdout } = await bench("peers", ...short, "--format", "json");
    const rate = z.number().positive();
    const schema = z.record(z.string(), z.array(z.object({ c: rate, server: rate, client: rate })).length(2));
    expect(Object.keys(schema.parse(JSON.parse(stdout)))).toEqual(["small", "pipelined"]);
    expect(exitCode).toBe(0);
  });

  test("rtt measures real round trips of each size", async () => {
    const { exitCode, stdout } = await bench("rtt", "--duration", "100ms", "--format", "json");
    const schema = z.array(z.object({ name: z.string(), count: z.int().positive() }));
    expect(schema.parse(JSON.parse(stdout)).map(({ name }) => name)).toEqual(["64 B", "1 KiB", "16 KiB", "64 KiB"]);
    expect(exitCode).toBe(0);
  });

  test("micro measures the hot path", async () => {
    const { exitCode, stdout } = await bench("micro");
    for (const name of ["verify an echo", "record a latency", "keep 64 KiB and flush it"])
      expect(stdout).toContain(name);
    expect(exitCode).toBe(0);
  });

  test("an unknown command, scenario or flag is wrong usage", async () => {
    expect(await bench("pears")).toMatchObject({
      exitCode: 2,
      stderr: 'error: "pears": unknown command; did you mean peers?\n',
    });
    const scenario = await bench("--only", "tiny");
    expect(scenario.stderr).toContain('--only "tiny": expected scenarios: small, many, large, huge, pipelined');
    expect((await bench("--round", "2")).stderr).toContain('--round "2": unknown flag; did you mean --rounds?');
    expect((await bench("rtt", "--rounds", "2")).stderr).toContain('--rounds "2": unknown flag');
  });

  test("the demo ends with the client's verdict and exit code", async () => {
    await using demo = new Program([process.execPath, "bench/demo.ts"]);
    expect(await demo.exited()).toBe(0);
    expect(demo.stdout).toEndWith("PASS  every byte came back as it was sent\n");
  });
});
