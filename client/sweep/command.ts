import { programCommand } from "../../lib/cli/command.ts";
import { type ExitCode, exitCodes, InterruptedError } from "../../lib/errors.ts";
import { checkDistinct, print, reportOnStdout, writeOutput } from "../../lib/process/output.ts";
import { watchStop } from "../../lib/process/stop.ts";
import { formatEndpoint, stripBrackets } from "../../lib/address/address.ts";
import { describeAbout } from "../../lib/result/result-shape.ts";
import { answerExitCode, reportWidth, writeAnswer } from "../report/answer.ts";
import { checkClientOptions } from "../options/option-checks.ts";
import { drawSeed } from "../../lib/payload/random.ts";
import { readTlsSettings } from "../options/tls-options.ts";
import { resolveTarget } from "../transport/target.ts";
import { adviceOf, answerOf } from "./answer.ts";
import { findRate, loadOf, measureSettings, type SweepWorld } from "./measure.ts";
import { planSweep, type SweepOptions, sweepOptions, type SweepPlan, sweepSections } from "./options.ts";
import { renderSweepPage } from "./page.ts";
import { renderPoint, renderSweep } from "./report.ts";
import { type SweepPoint, type SweepResult, sweepResultSchema } from "./result.ts";

/** Measures all points. @returns them in the order of the varying setting, and the knee of a search */
async function measure({ axis, settings }: SweepPlan, options: SweepOptions, world: SweepWorld) {
  const [first] = settings;
  if (axis !== "rate" || !first) return { points: await measureSettings(settings, options, world), knee: null };
  const { rate, points } = await findRate(first, options, world);
  const bounds = options.findRate.map(({ expression }) => expression);
  const ordered = points.toSorted(
    (a, b) => (a.rate ?? Number.POSITIVE_INFINITY) - (b.rate ?? Number.POSITIVE_INFINITY),
  );
  return { points: ordered, knee: { bounds, messagesPerSecond: rate ?? null } };
}

function buildResult(
  options: SweepOptions,
  { axis }: SweepPlan,
  startedAt: Date,
  { points, knee }: { readonly points: readonly SweepPoint[]; readonly knee: SweepResult["knee"] },
  isInterrupted: boolean,
): SweepResult {
  const { config: _, ...resolved } = options;
  const isMissed = knee !== null && knee.messagesPerSecond === null;
  return sweepResultSchema.parse({
    schema: "echobench.sweep/1",
    ...describeAbout(startedAt),
    options: { ...resolved, findRate: options.findRate.map(({ expression }) => expression) },
    target: formatEndpoint(stripBrackets(options.host), options.port),
    ...{ axis, points, knee, answer: answerOf(axis, points, knee), advice: adviceOf(points) },
    verdict: isInterrupted ? "interrupted" : isMissed ? "fail" : "pass",
  });
}

async function runSweep(options: SweepOptions): Promise<ExitCode> {
  const plan = planSweep(options);
  for (const setting of plan.settings) checkClientOptions(loadOf(options, setting));
  if (options.html && options.json !== "-") checkDistinct([["--html", options.html]], [reportOnStdout]);
  const tls = readTlsSettings(options, stripBrackets(options.host));
  const stop = watchStop();
  const addresses = await resolveTarget({ ...options, unix: undefined }, stop);
  const isQuiet = options.quiet || options.json === "-";
  const startedAt = new Date();
  const onPoint = (point: SweepPoint): void => void (isQuiet || print(`${renderPoint(plan.axis, point)}\n`));
  const measured = await measure(plan, options, { addresses, stop, drawSeed, tls, onPoint });
  if (measured.points.length === 0) throw new InterruptedError("interrupted before a point was measured");
  const result = buildResult(options, plan, startedAt, measured, stop.aborted);
  if (options.html) await writeOutput("--html", options.html, renderSweepPage(result));
  await writeAnswer(options.json, result, `${isQuiet ? "" : "\n"}${renderSweep(result, reportWidth())}`);
  return answerExitCode(result.verdict, exitCodes.thresholdFailed);
}

/** `client sweep` as a command. */
export const sweepCommand = programCommand({
  name: "echo-client sweep",
  command: "bun run client sweep",
  summary: "measures round trips and throughput over message sizes, connections or buffers, or finds the highest rate",
  sections: sweepSections,
  schema: sweepOptions,
  examples: [
    ["bun run client sweep --host 10.0.0.2", "five message sizes, with a chart"],
    [
      "bun run client sweep --conns 1,2,4,8,16,32 --sizes 64 --html sweep.html",
      "connections, with charts for the browser",
    ],
    ["bun run client sweep --buffers 16k,64k,256k,1m --sizes 64k --conns 4", "socket buffers of the client"],
    ["bun run client sweep --find-rate 'p99<2ms' --conns 50 --sizes 64", "the highest rate that meets a threshold"],
  ],
  notes: [
    "Exit codes: 0 measured, 1 a connection failed, 2 wrong usage, 3 could not connect, 4 no rate meets the thresholds of --find-rate, 130 interrupted (what was measured is still reported).",
  ],
  run: runSweep,
});
