import { readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { checkOutput, reasonOf, reportLoss, writeOutput } from "../../lib/process/output.ts";
import { UsageError } from "../../lib/errors.ts";

/** The folder of a command without `--out`: `reports/2026-01-02T03-04-05`. */
export const standardFolder = (now: Date): string =>
  join("reports", now.toISOString().slice(0, 19).replaceAll(":", "-"));

/** What commands of bench leave in their folder. */
const leftovers =
  /^(report\.(json|md|html)|(peers|buffers)\.(json|html)|runs|failed|confirmation|\w+-(same|slowed)-\d+)$/;

/**
 * Refuses a folder in which measurements of now would stand among those of another time.
 * @throws UsageError naming what it holds
 */
function requireUnused(path: string): void {
  const [found] = readdirSync(path)
    .filter((name) => leftovers.test(name))
    .toSorted();
  if (found === undefined) return;
  throw new UsageError(
    `--out "${path}": expected a folder without a report, found ${found} of an earlier measurement; name another folder, or move that one away`,
  );
}

let currentFolder: string | undefined;

/**
 * Creates a folder and keeps in it what this process measures from now on, also of runs that fail.
 * @throws UsageError when it cannot be written, or already holds a report
 */
export async function openReportFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new UsageError(`--out "${path}": cannot be created: ${reasonOf(error)}`);
  }
  requireUnused(path);
  checkOutput("--out", join(path, "report.json"));
  currentFolder = path;
}

/** Writes a whole file and creates its folder if necessary. A file that cannot be written is reported, as outputs are. */
export async function saveFile(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    return reportLoss(`--out "${path}": cannot be written: ${reasonOf(error)}`);
  }
  await writeOutput("--out", path, text);
}

/** A run that ended with an error. */
export interface FailedRun {
  readonly command: readonly string[];
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

let failedRuns = 0;

/**
 * Keeps what a failed run printed in the report folder, as it is the only evidence of what went wrong.
 * @returns the path of its result, or of its messages when it printed no result
 */
export async function keepFailedRun({ command, exitCode, stdout, stderr }: FailedRun): Promise<string> {
  const now = new Date();
  const folder = join((currentFolder ??= standardFolder(now)), "failed");
  const name = `${now.toISOString().replaceAll(":", "-")}-${++failedRuns}`;
  await saveFile(folder, `${name}.log`, `${command.join(" ")}\nexit code ${exitCode}\n\n${stderr}`);
  if (stdout === "") return join(folder, `${name}.log`);
  await saveFile(folder, `${name}.json`, stdout);
  return join(folder, `${name}.json`);
}
