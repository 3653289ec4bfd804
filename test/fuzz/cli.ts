import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineCommand, runMain } from "citty";
import { describeFinding, fuzz, Ground } from "./fuzz.ts";

const root = join(import.meta.dir, "..", "..");

/** The program as one executable, which starts faster than its sources. */
async function build(folder: string): Promise<readonly string[]> {
  const file = join(folder, "echobench");
  await Bun.spawn([process.execPath, join(root, "bin", "build.ts"), file], { stdout: "ignore" }).exited;
  return [file];
}

const command = defineCommand({
  meta: { name: "bun run fuzz", description: "gives every command damaged arguments, environments, files and limits" },
  args: {
    cases: { type: "string", default: "100000", description: "how many processes to run" },
    seed: { type: "string", default: String(Date.now() % 1_000_000), description: "draws the same cases again" },
    first: { type: "string", default: "0", description: "number of the first case" },
    jobs: { type: "string", default: String(2 * navigator.hardwareConcurrency), description: "processes at a time" },
    show: { type: "boolean", default: false, description: "print every case, not only those with faults" },
  },
  async run({ args }) {
    const [count, seed, first, jobs] = [args.cases, args.seed, args.first, args.jobs].map(Number);
    if (![count, seed, first, jobs].every((number) => Number.isSafeInteger(number) && Number(number) >= 0)) {
      console.error("--cases, --seed, --first, --jobs: expected whole numbers");
      process.exitCode = 2;
      return;
    }
    const folder = mkdtempSync(join(tmpdir(), "echobench-fuzz-"));
    const stop = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
    let done = 0;
    let faulty = 0;
    const exits = new Map<number | undefined, number>();
    const startMs = performance.now();
    try {
      await using ground = await Ground.prepare(await build(folder));
      console.log(`seed ${seed}, ${count} cases from ${first}, ${jobs} at a time`);
      await fuzz(
        ground,
        Number(seed),
        { first: Number(first), count: Number(count) },
        Math.max(1, Number(jobs)),
        stop.signal,
        (tried) => {
          done++;
          exits.set(tried.outcome.exitCode, (exits.get(tried.outcome.exitCode) ?? 0) + 1);
          if (tried.faults.length > 0) faulty++;
          if (tried.faults.length > 0 || args.show) console.log(describeFinding(tried, Number(seed)));
          if (done % 1_000 === 0)
            console.log(`${done} cases, ${faulty} with faults, ${Math.round((performance.now() - startMs) / 1000)} s`);
        },
      );
      if (ground.server.exitCode !== null) {
        faulty++;
        console.log(`the echo server ended with ${ground.server.exitCode}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    const codes = [...exits]
      .toSorted(([a = -1], [b = -1]) => a - b)
      .map(([code, times]) => `${code ?? "signal"}: ${times}`);
    console.log(`${done} cases, ${faulty} with faults; exit codes ${codes.join(", ")}`);
    process.exitCode = faulty > 0 ? 1 : stop.signal.aborted ? 130 : 0;
  },
});

await runMain(command);
