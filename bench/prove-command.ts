import { existsSync } from "node:fs";
import { join } from "node:path";
import { median } from "simple-statistics";
import { messages, programCommand } from "../lib/cli/command.ts";
import { print } from "../lib/process/output.ts";
import { watchStop } from "../lib/process/stop.ts";
import { type ExitCode, exitCodes, RunFailedError, UsageError } from "../lib/errors.ts";
import { checkoutRoot } from "../lib/invocation.ts";
import { chooseEngine, type Engine } from "../lib/loop/engine.ts";
import { epollAvailable } from "../lib/posix/epoll.ts";
import { slowDownVariable } from "../lib/transforms/slow-down.ts";
import { requireEnoughRounds, runAb } from "./ab.ts";
import { judgeAb } from "./compare/ab-outcome.ts";
import { metrics, valuesOf } from "./compare/metrics.ts";
import { judgeProof, proofKinds, type ProofRun } from "./compare/proof.ts";
import { checkOut, ownRepository } from "./driver/checkout.ts";
import { requireCheckout } from "./driver/processes.ts";
import { selectScenarios } from "./driver/scenarios.ts";
import { abRoundsOf, abTimingOf, type ProveOptions, proveOptions, proveSections } from "./options.ts";
import { runSuite, type RunnerPlan, type Variant } from "./suite/runner.ts";
import { openReportFolder, standardFolder } from "./driver/report-folder.ts";
import { SuiteFolder } from "./suite/suite-folder.ts";
import type { Suite } from "./suite/suite.ts";

/** How often the server's processor time is measured before. */
const CALIBRATION_ROUNDS = 3;

function serverCpuNs({ scenarios }: Suite): number {
  const metric = metrics.find(({ name }) => name === "server CPU");
  const measurements = scenarios.flatMap((scenario) => scenario.measurements);
  const values = metric ? valuesOf(metric, measurements) : [];
  if (values.length === 0) throw new RunFailedError("the server's processor time could not be measured");
  return median(values) * 1_000;
}

/** Reports failures only and saves nothing, for the calibration. */
const silent = {
  onStart() {},
  onEnd() {},
  onNext() {},
  async onMeasured() {},
  onFailed: (_job: unknown, reason: string) => messages.error(reason),
};

/** The build to prove it with: that of a commit, or of this checkout. */
async function buildOf({ base }: ProveOptions): Promise<{ readonly build: Variant } & AsyncDisposable> {
  if (base === undefined) {
    const build = { name: "base", checkout: checkoutRoot, commit: null };
    return { build, async [Symbol.asyncDispose]() {} };
  }
  requireCheckout("prove");
  const tree = await checkOut(ownRepository, "--base", base);
  if (!existsSync(join(tree.path, "lib/transforms/slow-down.ts"))) {
    await tree[Symbol.asyncDispose]();
    throw new UsageError(`--base "${base}": expected a commit whose server can be slowed down by ${slowDownVariable}`);
  }
  const build = { name: "base", checkout: tree.path, commit: tree.commit };
  return { build, [Symbol.asyncDispose]: () => tree[Symbol.asyncDispose]() };
}

/** The engines to prove it with. @throws UsageError when one is not available */
function enginesOf({ engine }: ProveOptions): readonly Engine[] {
  if (engine.length === 0) return epollAvailable ? ["bun", "epoll"] : ["bun"];
  return engine.map((each) => chooseEngine({ engine: each, tls: false }));
}

/** The comparisons of one engine; fewer when it is stopped. */
async function proveEngine(
  options: ProveOptions,
  build: Variant,
  engine: Engine,
  root: string,
  stop: AbortSignal,
): Promise<ProofRun[]> {
  const scenarios = selectScenarios(options.only).filter(({ isTls }) => engine === "bun" || !isTls);
  const plan: RunnerPlan = {
    ...{ scenarios, variants: [build], rounds: abRoundsOf(options), timing: abTimingOf(options) },
    serverOptions: ["--engine", engine],
  };
  const calibration = await runSuite({ ...plan, rounds: CALIBRATION_ROUNDS }, stop, silent);
  if (stop.aborted) return [];
  const busyNs = Math.ceil(serverCpuNs(calibration) * options.slowdown);
  messages.log(`${engine}: the slowed server keeps the processor busy for ${busyNs} ns more at every read.`);
  const heads = { same: {}, slowed: { environment: { [slowDownVariable]: String(busyNs) } } };
  const runs: ProofRun[] = [];
  for (let run = 1; run <= options.runs; run++) {
    for (const kind of proofKinds) {
      const folder = await SuiteFolder.open(join(root, `${engine}-${kind}-${run}`));
      const variants = [build, { ...build, name: "head", ...heads[kind] }];
      const outcome = judgeAb(await runAb({ ...plan, variants }, options.threshold, folder, stop), stop.aborted);
      if (stop.aborted) return runs;
      runs.push({ engine, kind, outcome: outcome.kind });
      messages.log(`${engine}, run ${run}, ${kind}: ${outcome.text}`);
    }
  }
  return runs;
}

/**
 * `bench prove`: shows whether `bench ab` can be trusted on this machine. Comparing a build with itself has to find
 * nothing, and comparing it with a slower server has to find a regression, on each engine.
 */
async function runProve(options: ProveOptions): Promise<ExitCode> {
  requireEnoughRounds(abRoundsOf(options));
  const engines = enginesOf(options);
  if (engines.includes("epoll") && selectScenarios(options.only).every(({ isTls }) => isTls))
    throw new UsageError('--only "tls": expected with --engine bun, since epoll has no TLS');
  const stop = watchStop();
  const root = options.out ?? standardFolder(new Date());
  await openReportFolder(root);
  await using made = await buildOf(options);
  const runs: ProofRun[] = [];
  for (const engine of engines) {
    if (!stop.aborted) runs.push(...(await proveEngine(options, made.build, engine, root, stop)));
  }
  const { text, isProven } = judgeProof(runs, engines, options.slowdown, stop.aborted);
  await print(text);
  if (stop.aborted) return exitCodes.interrupted;
  return isProven ? exitCodes.success : exitCodes.runFailed;
}

export const proveCommand = programCommand({
  name: "echo-bench prove",
  command: "bun run bench prove",
  summary: "shows whether ab can be trusted here: a build against itself, and against a slower server",
  sections: proveSections,
  schema: proveOptions,
  examples: [["bun run bench prove --only small", "ten comparisons of each kind on each engine"]],
  run: runProve,
  notes: [
    "Exit codes: 0 a regression was found in every comparison with the slower server and in no other, 1 otherwise, 2 wrong usage, 130 interrupted.",
  ],
});
