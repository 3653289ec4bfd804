import { InterruptedError, RunFailedError } from "../../lib/errors.ts";
import { checkoutRoot } from "../../lib/invocation.ts";
import type { RunResult } from "../../lib/result/run-result.ts";
import { describeConditions } from "../driver/conditions.ts";
import { measure, scenarioOptions, serverOptionsFor, type Timing } from "../driver/measure.ts";
import { choosePlacement, type Placement } from "../driver/placement.ts";
import { processCpuMs, commandLineOf, startServer } from "../driver/processes.ts";
import { describeScenario, type Scenario } from "../driver/scenarios.ts";
import { type Job, scheduleJobs } from "../driver/schedule.ts";
import type { Measurement, Suite } from "./suite.ts";

/** A checkout of echobench whose server and client are measured together. */
export interface Variant {
  readonly name: string;
  readonly checkout: string;
  readonly commit: string | null;
}

/** What to measure. */
export interface RunnerPlan {
  readonly scenarios: readonly Scenario[];
  readonly variants: readonly Variant[];
  readonly rounds: number;
  readonly timing: Timing;
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
}

/** The server's processor time for each message, assuming that it worked as hard in the warm-up as in the window. */
function serverCpuUs(result: RunResult, usedMs: number | undefined): number | null {
  const { durationMs, warmupMs } = result.window;
  if (usedMs === undefined || result.totals.messages === 0) return null;
  return (usedMs * 1_000 * (durationMs / (durationMs + warmupMs))) / result.totals.messages;
}

const jobText = ({ scenario, variant, round }: Job): string => `${scenario.name} (${variant}), round ${round}`;

/** A suite that names its scenarios and has no measurements yet. */
const openSuite = ({ scenarios, variants, rounds, timing }: RunnerPlan, placement: Placement): Suite => ({
  schema: "echobench.suite/1",
  ...describeConditions(placement.description, rounds, timing),
  variants: variants.map(({ name, commit }) => ({ name, commit })),
  scenarios: scenarios.map((scenario) => ({
    name: scenario.name,
    load: describeScenario(scenario),
    commands: {
      server: ["bun run server", ...serverOptionsFor(scenario)].join(" "),
      client: ["bun run client --port PORT", ...scenarioOptions(scenario, timing), "--json"].join(" "),
    },
    measurements: [],
  })),
  missing: [],
});

/** Measures with a server of its own: memory layout differs between processes, and rounds even this out. */
async function measureJob(
  { scenario, variant, round }: Job,
  checkout: string,
  timing: Timing,
  placement: Placement,
): Promise<Measurement> {
  const command = [...placement.server, ...commandLineOf("server", checkout), ...serverOptionsFor(scenario)];
  await using server = await startServer(command);
  const before = processCpuMs(server.pid);
  const result = await measure(scenario, timing, { prefix: placement.load, port: server.port, checkout });
  const after = processCpuMs(server.pid);
  const usedMs = before === undefined || after === undefined ? undefined : after - before;
  return { round, variant, result, serverCpuUs: serverCpuUs(result, usedMs) };
}

/** Makes every measurement of the plan in turn. Those that fail or are not reached are named in `missing`. */
export async function runSuite(plan: RunnerPlan, stop: AbortSignal, observer: RunnerObserver): Promise<Suite> {
  const placement = choosePlacement();
  const suite = openSuite(plan, placement);
  observer.onStart(suite);
  const checkouts = new Map(plan.variants.map(({ name, checkout }) => [name, checkout]));
  const jobs = scheduleJobs(plan.scenarios, [...checkouts.keys()], plan.rounds);
  for (const [done, job] of jobs.entries()) {
    if (stop.aborted) {
      suite.missing.push(`${jobText(job)}: interrupted`);
      continue;
    }
    observer.onNext(job, done, jobs.length);
    try {
      const checkout = checkouts.get(job.variant) ?? checkoutRoot;
      const measurement = await measureJob(job, checkout, plan.timing, placement);
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
  return suite;
}
