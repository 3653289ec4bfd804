import { join } from "node:path";
import { openReportFolder, saveFile } from "../driver/report-folder.ts";
import type { Job } from "../driver/schedule.ts";
import type { Measurement, Suite } from "./suite.ts";

/** A folder that holds all measurements made so far. */
export class SuiteFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @throws UsageError when the folder cannot be written */
  static async open(path: string): Promise<SuiteFolder> {
    await openReportFolder(path);
    return new SuiteFolder(path);
  }

  /** Saves one measurement and the suite that includes it. */
  async keep({ scenario, variant, round }: Job, { result }: Measurement, suite: Suite): Promise<void> {
    const name = `${scenario.name}-${variant}-${round}.json`;
    await saveFile(join(this.path, "runs"), name, `${JSON.stringify(result, null, 2)}\n`);
    await this.write("report.json", `${JSON.stringify(suite)}\n`);
  }

  async write(name: string, text: string): Promise<void> {
    await saveFile(this.path, name, text);
  }
}
