import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineCommand, runMain } from "citty";
import { exitCodes } from "../../lib/errors.ts";
import { watchSignals } from "../../lib/process/signals.ts";
import { formatDuration } from "../../lib/text/format-units.ts";
import { describeFinding, type Finding, fuzz, Ground } from "./fuzz.ts";

const root = join(import.meta.dir, "..", "..");

/** The program as one executable, which starts faster than its sources. */
async function build(folder: string): Promise<readonly string[]> {
  const file = join(folder, "echobench");
  await Bun.spawn([process.execPath, join(root, "bin", "build.ts"), file], { stdout: "ignore" }).exited;
  return [file];
}

/** Counts cases and prints those with faults. */
class Tally {
  readonly #seed: number;
  readonly #showsAll: boolean;
  readonly #startMs = performance.now();
  readonly #exits = new Map<number | undefined, number>();
  #done = 0;
  #faulty = 0;

  constructor(seed: number, showsAll: boolean) {
    this.#seed = seed;
    this.#showsAll = showsAll;
  }

  get hasFaults(): boolean {
    return this.#faulty > 0;
  }

  add(tried: Finding): void {
    const { exitCode } = tried.outcome;
    this.#done++;
    this.#exits.set(exitCode, (this.#exits.get(exitCode) ?? 0) + 1);
    if (tried.faults.length > 0) this.#faulty++;
    if (tried.faults.length > 0 || this.#showsAll) console.log(describeFinding(tried, this.#seed));
    if (this.#done % 1_000 === 0)
      console.log(`${this.#counts()}, ${formatDuration(performance.now() - this.#startMs)}`);
  }

  addServerEnd(exitCode: number): void {
    this.#faulty++;
    console.log(`the echo server ended with ${exitCode}`);
  }

  print(): void {
    const codes = [...this.#exits].toSorted(([a = -1], [b = -1]) => a - b);
    const texts = codes.map(([code, times]) => `${code ?? "signal"}: ${times}`);
    console.log(`${this.#counts()}; exit codes ${texts.join(", ")}`);
  }

  #counts(): string {
    return `${this.#done} cases, ${this.#faulty} with faults`;
  }
}

const isWhole = (number: number): boolean => Number.isSafeInteger(number) && number >= 0;

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
    const [count, seed, first, jobs] = [Number(args.cases), Number(args.seed), Number(args.first), Number(args.jobs)];
    if (![count, seed, first, jobs].every(isWhole) || jobs === 0) {
      console.error("--cases, --seed, --first, --jobs: expected whole numbers, and at least one job");
      process.exitCode = exitCodes.usage;
      return;
    }
    const folder = mkdtempSync(join(tmpdir(), "echobench-fuzz-"));
    using signals = watchSignals(["SIGINT", "SIGTERM"]);
    const tally = new Tally(seed, args.show);
    try {
      await using ground = await Ground.prepare(await build(folder));
      console.log(`seed ${seed}, ${count} cases from ${first}, ${jobs} at a time`);
      await fuzz(ground, seed, { first, count }, jobs, signals.stop, (tried) => tally.add(tried));
      if (ground.server.exitCode !== null) tally.addServerEnd(ground.server.exitCode);
    } finally {
      rmSync(folder, { recursive: true });
    }
    tally.print();
    if (tally.hasFaults) process.exitCode = exitCodes.runFailed;
    else if (signals.stop.aborted) process.exitCode = exitCodes.interrupted;
  },
});

await runMain(command);
