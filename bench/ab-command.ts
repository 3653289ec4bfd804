import { watchStop } from "../lib/process/stop.ts";
import { type ExitCode, UsageError } from "../lib/errors.ts";
import { planAb, requireEnoughRounds, runAb } from "./ab.ts";
import { judgeAb } from "./compare/ab-outcome.ts";
import { withOutcome } from "./compare/conclusion.ts";
import { abOptions, type AbOptions, abRoundsOf, abSections } from "./options.ts";
import { standardFolder } from "./driver/report-folder.ts";
import { prepareRig, withHosts } from "./driver/ssh-rig.ts";
import { SuiteFolder } from "./suite/suite-folder.ts";
import { withVariants } from "./variants.ts";
import { tellVerdict } from "./verdict.ts";
import { programCommand } from "../lib/cli/command.ts";
import { printReport, saveReport } from "./save-report.ts";

/** @throws UsageError when a server of another program is to be measured on another machine, to which nothing copies it */
function requireOwnServer({ server, serverOn, clientOn }: AbOptions): void {
  if (server === undefined || (serverOn ?? clientOn) === undefined) return;
  throw new UsageError("--server: expected without --server-on and --client-on, which copy echobench only");
}

/** `bench ab`: measures two commits alternately and compares them. */
async function runAbBench(options: AbOptions): Promise<ExitCode> {
  requireEnoughRounds(abRoundsOf(options));
  requireOwnServer(options);
  const stop = watchStop();
  const folder = await SuiteFolder.open(options.out ?? standardFolder(new Date()));
  const runs = await withHosts(options, (hosts) =>
    withVariants(options, async (variants) => {
      const rig = await prepareRig(hosts, variants);
      return runAb({ ...planAb(options, variants), rig }, options.threshold, folder, stop);
    }),
  );
  const conclusion = judgeAb(runs, stop.aborted);
  const report = { suite: runs.suite, comparison: withOutcome(runs.comparison, conclusion) };
  await saveReport(folder, report, stop);
  await printReport(report, options.format, stop);
  tellVerdict(conclusion, options.format);
  return conclusion.exitCode;
}

export const abCommand = programCommand({
  name: "echo-bench ab",
  command: "bun run bench ab",
  summary: "measures two commits alternately and says whether one is slower",
  sections: abSections,
  schema: abOptions,
  examples: [
    ["bun run bench ab --base main", "did this checkout make it slower? exit 5 if so, twice in a row"],
    ["bun run bench ab --base v1.0.0 --head v1.1.0 --only small --rounds 20", "two tags, one scenario, many rounds"],
    [
      "bun run bench ab --base main --setup 'make' --server './my-server --port {port}'",
      "an echo server of your own, in its repository",
    ],
    ["bun run bench ab --base main --server-on gen1 --client-on gen2", "server and client on a machine each, by ssh"],
  ],
  run: runAbBench,
  notes: [
    "Exit codes: 0 no regression, 1 a measurement failed or the data could not have shown a regression, 2 wrong usage, 5 a regression was found and confirmed, 130 interrupted.",
  ],
});
