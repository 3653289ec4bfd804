import { describeEnvironment, describeTool } from "../../lib/result/environment.ts";
import { RunFailedError } from "../../lib/errors.ts";
import type { RunResult } from "../../lib/result/run-result.ts";
import { formatSize } from "../../lib/units.ts";
import { findDoubts } from "../driver/machine-warnings.ts";
import { measure, scenarioOptions, serverOptionsFor, type Timing } from "../driver/measure.ts";
import { choosePlacement, type Placement } from "../driver/placement.ts";
import { processCpuMs } from "../driver/process-cpu.ts";
import { programCommand, startServer } from "../driver/processes.ts";
import { checkoutRoot } from "../../lib/invocation.ts";
import { describeScenario, type Scenario } from "../driver/scenarios.ts";
import { type Job, scheduleJobs } from "../driver/schedule.ts";
import type { Measurement, Suite } from "./suite.ts";

/** A checkout of echobench whose server and client are measured together. */
export interface Variant {
  readonly name: string;
  readonly checkout: string;
  readonly commit: string | null;
}

/** What is to be measured. */
export interface RunnerPlan {
  readonly scenarios: readonly Scenario[];
  readonly variants: readonly Variant[];
  readonly rounds: number;
  readonly timing: Timing;
}

/** Who is told while it goes on. */
export interface RunnerObserver {
  /** @param suite nothing measured yet */
  onStart(suite: Suite): void;
  /** @param suite all that was measured so far */
  onMeasured(job: Job, measurement: Measurement, suite: Suite): Promise<void>;
  onFailed(job: Job, reason: string): void;
  /** before each measurement */
  onNext(job: Job, done: number, total: number): void;
}

/** Processor time of the server a message, as if the warm-up had been like the window. */
function serverCpuUs(result: RunResult, usedMs: number | undefined): number | null {
  const { durationMs, warmupMs } = result.window;
  if (usedMs === undefined || result.totals.messages === 0) return null;
  return (usedMs * 1_000 * (durationMs / (durationMs + warmupMs))) / result.totals.messages;
}

const jobText = ({ scenario, variant, round }: Job): string => `${scenario.name} (${variant}), round ${round}`;

/** An empty suite that names what will be measured. */
function openSuite({ scenarios, variants, rounds, timing }: RunnerPlan, placement: Placement): Suite {
  return {
    schema: "echobench.suite/1",
    tool: describeTool(),
    startedAt: new Date().toISOString(),
    environment: describeEnvironment(),
    placement: placement.description,
    doubts: findDoubts(),
    rounds,
    timing,
    variants: variants.map(({ name, commit }) => ({ name, commit })),
    scenarios: scenarios.map((scenario) => ({
      name: scenario.name,
      load: describeScenario(scenario, formatSize),
      commands: {
        server: ["bun run server", ...serverOptionsFor(scenario)].join(" "),
        client: ["bun run client --port PORT", ...scenarioOptions(scenario, timing), "--json"].join(" "),
      },
      measurements: [],
    })),
    missing: [],
  };
}

/** Starts a server, measures, and ends it: each process has its own luck with memory, which rounds then even out. */
async function measureJob(
  { scenario, variant, round }: Job,
  checkout: string,
  timing: Timing,
  placement: Placement,
  stop: AbortSignal,
): Promise<Measurement> {
  const command = [...placement.server, ...programCommand("server", checkout), ...serverOptionsFor(scenario)];
  await using server = await startServer(command);
  const before = processCpuMs(server.pid);
  const result = await measure(scenario, timing, { prefix: placement.load, port: server.port, checkout, stop });
  const after = processCpuMs(server.pid);
  const usedMs = before === undefined || after === undefined ? undefined : after - before;
  return { round, variant, result, serverCpuUs: serverCpuUs(result, usedMs) };
}

/** Measures every job in turn; what fails or is not reached any more is named in the suite. */
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
      const measurement = await measureJob(
        job,
        checkouts.get(job.variant) ?? checkoutRoot,
        plan.timing,
        placement,
        stop,
      );
      suite.scenarios.find(({ name }) => name === job.scenario.name)?.measurements.push(measurement);
      await observer.onMeasured(job, measurement, suite);
    } catch (error) {
      if (!(error instanceof RunFailedError)) throw error;
      const reason = stop.aborted ? "interrupted" : error.message;
      suite.missing.push(`${jobText(job)}: ${reason}`);
      if (!stop.aborted) observer.onFailed(job, reason);
    }
  }
  return suite;
}
