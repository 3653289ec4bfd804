import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Job } from "../driver/schedule.ts";
import type { Measurement, Suite } from "./suite.ts";

/** Writes a file and creates its folder if necessary. The file is never there in part, also not after a crash. */
export async function saveFile(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

/** A folder that holds all measurements made so far. */
export class SuiteFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async open(path: string): Promise<SuiteFolder> {
    await mkdir(join(path, "runs"), { recursive: true });
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

/** The folder of a command without `--out`: `reports/2026-01-02T03-04-05`. */
export const standardFolder = (now: Date): string =>
  join("reports", now.toISOString().slice(0, 19).replaceAll(":", "-"));
