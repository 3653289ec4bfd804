import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { median } from "simple-statistics";
import { messages } from "../lib/cli/command.ts";
import { print } from "../lib/cli/output.ts";
import { watchSignals } from "../lib/cli/signals.ts";
import { type ExitCode, exitCodes, RunFailedError } from "../lib/errors.ts";
import { writeWholeFile } from "../lib/files/write-file.ts";
import { runAb } from "./ab.ts";
import { metrics, valuesOf } from "./compare/metrics.ts";
import { type Checkout, checkOut } from "./driver/checkout.ts";
import { requireCheckout } from "./driver/processes.ts";
import { selectScenarios } from "./driver/scenarios.ts";
import { abRoundsOf, abTimingOf, type ProveOptions } from "./options.ts";
import { runSuite, type RunnerPlan, type Variant } from "./suite/runner.ts";
import { standardFolder } from "./driver/report-folder.ts";
import { SuiteFolder } from "./suite/suite-folder.ts";
import type { Suite } from "./suite/suite.ts";

/** A module that makes every Bun.listen server of its process busy for `busyNs` before it handles a read. */
const slowModule = (busyNs: number): string => `const { listen } = Bun;
Bun.listen = (options) => {
  const { data } = options.socket;
  const slowed = (socket, chunk) => {
    for (const end = Bun.nanoseconds() + ${busyNs}; Bun.nanoseconds() < end; );
    return data(socket, chunk);
  };
  return listen({ ...options, socket: { ...options.socket, data: slowed } });
};
`;

const variantOf = (name: string, { path, commit }: Checkout): Variant => ({ name, checkout: path, commit });

/** Changes the server of a checkout so that it uses `busyNs` of processor time more at every read from Bun's sockets. */
export async function slowDown({ path }: Pick<Checkout, "path">, busyNs: number): Promise<void> {
  await writeWholeFile(join(path, "server/slow.js"), slowModule(busyNs));
  const program = join(path, "server/cli.ts");
  await writeWholeFile(program, `import "./slow.js";\n${(await readFile(program, "utf8")).replace(/^#!.*\n/, "")}`);
}

function serverCpuNs({ scenarios }: Suite): number {
  const metric = metrics.find(({ name }) => name === "server CPU");
  const measurements = scenarios.flatMap((scenario) => scenario.measurements);
  const values = metric ? valuesOf(metric, measurements) : [];
  if (values.length === 0) throw new RunFailedError("the server's processor time is not available on this platform");
  return median(values) * 1_000;
}

/** Reports failures only and saves nothing, for the calibration. */
const silent = {
  onStart() {},
  onNext() {},
  async onMeasured() {},
  onFailed: (_job: unknown, reason: string) => messages.error(reason),
};

/**
 * `bench prove`: shows whether `bench ab` can be trusted on this machine. Comparing a commit with itself has to find
 * nothing, and comparing it with a build that has a slower server has to find a regression.
 */
export async function runProve(options: ProveOptions): Promise<ExitCode> {
  requireCheckout("prove");
  using signals = watchSignals();
  await using base = await checkOut("--base", options.base);
  await using same = await checkOut("--base", options.base);
  await using slowed = await checkOut("--base", options.base);
  const plan = {
    scenarios: selectScenarios(options.only),
    rounds: abRoundsOf(options),
    timing: abTimingOf(options),
  };
  const planOf = (...variants: readonly Variant[]): RunnerPlan => ({ ...plan, variants });
  const calibration = await runSuite({ ...planOf(variantOf("base", base)), rounds: 3 }, signals.stop, silent);
  const busyNs = Math.round(serverCpuNs(calibration) * options.slowdown);
  await slowDown(slowed, busyNs);
  messages.log(`The slowed server is busy for ${busyNs} ns more at every read.`);
  const root = options.out ?? standardFolder(new Date());
  const found = { same: 0, slowed: 0 };
  let done = 0;
  for (let run = 1; run <= options.runs && !signals.stop.aborted; run++, done++) {
    for (const [kind, head] of [
      ["same", same],
      ["slowed", slowed],
    ] as const) {
      const folder = await SuiteFolder.open(join(root, `${kind}-${run}`));
      const { regressions } = await runAb(
        planOf(variantOf("base", base), variantOf("head", head)),
        options.threshold,
        folder,
        signals.stop,
      );
      if (regressions.length > 0) found[kind]++;
      messages.log(`run ${run}, ${kind}: ${regressions.join(", ") || "no regression"}`);
    }
  }
  await print(
    `Against itself      ${found.same} of ${done} runs found a regression\n` +
      `Slowed by ${(options.slowdown * 100).toFixed(0)} %     ${found.slowed} of ${done} runs found it\n`,
  );
  if (signals.stop.aborted) return exitCodes.interrupted;
  return found.same === 0 && found.slowed === options.runs ? exitCodes.success : exitCodes.runFailed;
}
