import { messages } from "../lib/cli/command.ts";
import { print } from "../lib/process/output.ts";
import { InterruptedError, RunFailedError } from "../lib/errors.ts";
import { type Format, type Report, renderReport } from "./report/formats.ts";
import type { SuiteFolder } from "./suite/suite-folder.ts";

/** Whether a run was stopped before it had measured anything. */
const isNothing = ({ suite }: Report, stop: AbortSignal): boolean =>
  stop.aborted && suite?.scenarios.every(({ measurements }) => measurements.length === 0) === true;

/** Saves the report as JSON, as Markdown and as a page, and prints where. One with nothing to show would be in the way. */
export async function saveReport(folder: SuiteFolder, report: Report, stop: AbortSignal): Promise<void> {
  if (isNothing(report, stop)) return;
  await folder.write("report.json", renderReport({ ...report, comparison: undefined }, "json"));
  await folder.write("report.md", renderReport(report, "markdown"));
  await folder.write("report.html", renderReport(report, "html"));
  messages.log(`\nReports are in ${folder.path}\n`);
}

/** Prints a report. That of a run that was stopped may have nothing to show, which does not change its exit code. */
export async function printReport(report: Report, format: Format, stop: AbortSignal): Promise<void> {
  if (isNothing(report, stop)) throw new InterruptedError("interrupted before anything was measured");
  try {
    await print(renderReport(report, format));
  } catch (error) {
    if (!stop.aborted || !(error instanceof RunFailedError)) throw error;
    throw new InterruptedError(`interrupted; ${error.message}`);
  }
}
