import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Job } from "../driver/schedule.ts";
import type { Measurement, Suite } from "./suite.ts";

/** A file that is there whole or not at all. */
async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

/** A folder that holds what was measured at any moment. */
export class SuiteFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async open(path: string): Promise<SuiteFolder> {
    await mkdir(join(path, "runs"), { recursive: true });
    return new SuiteFolder(path);
  }

  /** Saves one measurement, and the suite as it is with it. */
  async keep({ scenario, variant, round }: Job, { result }: Measurement, suite: Suite): Promise<void> {
    const name = `${scenario.name}-${variant}-${round}.json`;
    await writeWhole(join(this.path, "runs", name), `${JSON.stringify(result, null, 2)}\n`);
    await this.write("report.json", `${JSON.stringify(suite)}\n`);
  }

  async write(name: string, text: string): Promise<void> {
    await writeWhole(join(this.path, name), text);
  }
}

/** A folder of its own under `reports/`: `reports/2026-01-02T03-04-05`. */
export const standardFolder = (now: Date): string =>
  join("reports", now.toISOString().slice(0, 19).replaceAll(":", "-"));
