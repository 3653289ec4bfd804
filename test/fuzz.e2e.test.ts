import { expect, test } from "bun:test";
import { join } from "node:path";
import { describeFinding, fuzz, Ground } from "./fuzz/fuzz.ts";

const SEED = 1;

const executable = [process.execPath, join(import.meta.dir, "..", "bin", "echobench.ts")];

test("no damaged argument, environment, file or limit brings out a stack, a hang or a loss", async () => {
  await using ground = await Ground.prepare(executable);
  const findings: string[] = [];
  await fuzz(ground, SEED, { first: 0, count: 150 }, 4, new AbortController().signal, (tried) => {
    if (tried.faults.length > 0) findings.push(describeFinding(tried, SEED));
  });
  expect(findings.join("\n")).toBe("");
  expect(ground.server.exitCode).toBeNull();
}, 120_000);
