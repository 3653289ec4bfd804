import { describeEnvironment, describeTool } from "../lib/environment.ts";
import { RunFailedError } from "../lib/errors.ts";
import type { RunResult } from "../lib/run-result.ts";
import { formatSize } from "../lib/units.ts";
import { findDoubts } from "./doubts.ts";
import { measure, scenarioOptions, type Timing } from "./load.ts";
import { choosePlacement, type Placement } from "./placement.ts";
import { processCpuMs } from "./process-cpu.ts";
import { programCommand, quietServer, type RunningServer, startServer } from "./processes.ts";
import { describeScenario, type Scenario } from "./scenarios.ts";
import { type Job, scheduleJobs } from "./schedule.ts";
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
        server: ["bun run server", ...quietServer].join(" "),
        client: ["bun run client --port PORT", ...scenarioOptions(scenario, timing), "--json"].join(" "),
      },
      measurements: [],
    })),
    missing: [],
  };
}

/** Measures every job in turn; what fails or is not reached any more is named in the suite. */
export async function runSuite(plan: RunnerPlan, stop: AbortSignal, observer: RunnerObserver): Promise<Suite> {
  const placement = choosePlacement();
  const suite = openSuite(plan, placement);
  const checkouts = new Map(plan.variants.map(({ name, checkout }) => [name, checkout]));
  const jobs = scheduleJobs(plan.scenarios, [...checkouts.keys()], plan.rounds);
  await using stack = new AsyncDisposableStack();
  const servers = new Map<string, RunningServer>();
  for (const { name, checkout } of plan.variants) {
    const command = [...placement.server, ...programCommand("server", checkout), ...quietServer];
    servers.set(name, stack.use(await startServer(command)));
  }
  for (const [done, job] of jobs.entries()) {
    const server = servers.get(job.variant);
    const scenario = suite.scenarios.find(({ name }) => name === job.scenario.name);
    if (!server || !scenario) continue;
    if (stop.aborted) {
      suite.missing.push(`${jobText(job)}: interrupted`);
      continue;
    }
    observer.onNext(job, done, jobs.length);
    try {
      const before = processCpuMs(server.pid);
      const checkout = checkouts.get(job.variant);
      const site = { prefix: placement.load, port: server.port, stop, ...(checkout && { checkout }) };
      const result = await measure(job.scenario, plan.timing, site);
      const after = processCpuMs(server.pid);
      const usedMs = before === undefined || after === undefined ? undefined : after - before;
      const { round, variant } = job;
      const measurement = { round, variant, result, serverCpuUs: serverCpuUs(result, usedMs) };
      scenario.measurements.push(measurement);
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
