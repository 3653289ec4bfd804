import { expect, test } from "bun:test";
import { join } from "node:path";
import { fuzz, type Finding, Ground } from "./fuzz/fuzz.ts";

const executable = [process.execPath, join(import.meta.dir, "..", "bin", "echobench.ts")];

test("no damaged argument, environment, file or limit brings out a stack, a hang or a loss", async () => {
  await using ground = await Ground.prepare(executable);
  const findings: Finding[] = [];
  await fuzz(ground, 1, { first: 0, count: 150 }, 4, new AbortController().signal, (tried) => {
    if (tried.faults.length > 0) findings.push(tried);
  });
  expect(findings.map(({ index, faults, fuzzCase, outcome }) => ({ index, faults, fuzzCase, outcome }))).toEqual([]);
  expect(ground.server.exitCode).toBeNull();
}, 120_000);
