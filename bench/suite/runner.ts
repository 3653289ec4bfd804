import { InterruptedError, RunFailedError } from "../../lib/errors.ts";
import type { RunResult } from "../../lib/result/run-result.ts";
import { describeConditions } from "../driver/conditions.ts";
import { measure, scenarioOptions, serverOptionsFor, type Timing } from "../driver/measure.ts";
import { findServerWaits } from "../driver/machine-warnings.ts";
import { type ThreadTimes, scheduleBetween } from "../driver/process-schedule.ts";
import { localRig, type MeasuredCheckout, type Rig } from "../driver/rig.ts";
import { describeScenario, type Scenario } from "../driver/scenarios.ts";
import { type Job, scheduleJobs } from "../driver/schedule.ts";
import { type Measurement, measurementText, serverWaitsOf, type Suite } from "./suite.ts";

/** A checkout of echobench whose server and client are measured together. */
export interface Variant extends MeasuredCheckout {
  readonly commit: string | null;
}

/** What to measure. */
export interface RunnerPlan {
  readonly scenarios: readonly Scenario[];
  readonly variants: readonly Variant[];
  readonly rounds: number;
  readonly timing: Timing;
  /** more options of the server */
  readonly serverOptions?: readonly string[];
  /** where they run; on this machine by default */
  readonly rig?: Rig;
}

/** Follows a suite while it is measured. */
export interface RunnerObserver {
  /** @param suite without measurements yet */
  onStart(suite: Suite): void;
  /** Called before each measurement. */
  onNext(job: Job, done: number, total: number): void;
  /** @param suite with all measurements so far */
  onMeasured(job: Job, measurement: Measurement, suite: Suite): Promise<void>;
  onFailed(job: Job, reason: string): void;
  /** @param warnings reasons to doubt the figures that came up while measuring */
  onEnd(warnings: readonly string[]): void;
}

type ServerTimes = Pick<Measurement, "serverCpuUs" | "serverRunQueueMs">;

/** What the scheduler did with the server, assuming that it worked as hard in the warm-up as in the window. */
function serverTimes({ window, totals }: RunResult, times: ThreadTimes | undefined): ServerTimes {
  if (!times) return { serverCpuUs: null, serverRunQueueMs: null };
  const windowShare = window.durationMs / (window.durationMs + window.warmupMs);
  return {
    serverCpuUs: totals.messages === 0 ? null : (times.cpuMs * 1_000 * windowShare) / totals.messages,
    serverRunQueueMs: times.runQueueMs * windowShare,
  };
}

const jobText = ({ scenario, variant, round }: Job): string => measurementText(scenario.name, variant, round);

/** A suite that names its scenarios and has no measurements yet. */
const openSuite = ({ scenarios, variants, rounds, timing, serverOptions = [] }: RunnerPlan, rig: Rig): Suite => ({
  schema: "echobench.suite/1",
  ...describeConditions(rig.description, rounds, timing),
  variants: variants.map(({ name, commit }) => ({ name, commit })),
  scenarios: scenarios.map((scenario) => ({
    name: scenario.name,
    load: describeScenario(scenario),
    commands: {
      server:
        variants[0]?.foreign?.server.line ??
        ["bun run server", ...serverOptionsFor(scenario, rig.address), ...serverOptions].join(" "),
      client: ["bun run client --port PORT", ...hostOptions(rig), ...scenarioOptions(scenario, timing), "--json"].join(
        " ",
      ),
    },
    measurements: [],
  })),
  missing: [],
});

const hostOptions = ({ address }: Rig): string[] => (address === "127.0.0.1" ? [] : ["--host", address]);

/** Measures with a server of its own: memory layout differs between processes, and rounds even this out. */
async function measureJob(
  { scenario, variant, round }: Job,
  chosen: Variant,
  { timing, serverOptions = [] }: RunnerPlan,
  rig: Rig,
): Promise<Measurement> {
  await using server = await rig.startServer(chosen, [...serverOptionsFor(scenario, rig.address), ...serverOptions]);
  const before = await server.schedule();
  const setup = { prefix: [], port: server.port, command: rig.clientCommand(chosen), options: hostOptions(rig) };
  const result = await measure(scenario, timing, setup);
  const times = scheduleBetween(before, await server.schedule());
  if (result.totals.messages === 0) throw new RunFailedError("no message came back while it was measured");
  return { round, variant, result, ...serverTimes(result, times) };
}

/** Makes every measurement of the plan in turn. Those that fail or are not reached are named in `missing`. */
export async function runSuite(plan: RunnerPlan, stop: AbortSignal, observer: RunnerObserver): Promise<Suite> {
  const rig = plan.rig ?? localRig();
  const suite = openSuite(plan, rig);
  observer.onStart(suite);
  const variants = new Map(plan.variants.map((variant) => [variant.name, variant]));
  const jobs = scheduleJobs(plan.scenarios, [...variants.keys()], plan.rounds);
  for (const [done, job] of jobs.entries()) {
    if (stop.aborted) {
      suite.missing.push(`${jobText(job)}: interrupted`);
      continue;
    }
    observer.onNext(job, done, jobs.length);
    try {
      const variant = variants.get(job.variant);
      if (!variant) throw new Error(`there is no variant ${job.variant}`);
      const measurement = await measureJob(job, variant, plan, rig);
      suite.scenarios.find(({ name }) => name === job.scenario.name)?.measurements.push(measurement);
      await observer.onMeasured(job, measurement, suite);
    } catch (error) {
      if (error instanceof InterruptedError) {
        suite.missing.push(`${jobText(job)}: interrupted`);
        continue;
      }
      if (!(error instanceof RunFailedError)) throw error;
      suite.missing.push(`${jobText(job)}: ${error.message}`);
      observer.onFailed(job, error.message);
    }
  }
  const warnings = findServerWaits(serverWaitsOf(suite));
  suite.doubts.push(...warnings);
  observer.onEnd(warnings);
  return suite;
}
