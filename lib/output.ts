import { dirname } from "node:path";
import { messageOf, systemErrorCode, UsageError } from "./errors.ts";

function standardOutput(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.once("error", (error) => (systemErrorCode(error) === "EPIPE" ? resolve() : reject(error)));
    process.stdout.write(text, () => resolve());
  });
}

/**
 * Writes text whole to a file, or to standard output when the file is `-`. A reader that has gone away is no error.
 * @throws UsageError when the file cannot be written
 */
export async function writeOutput(file: string, text: string): Promise<void> {
  if (file === "-") return standardOutput(text);
  try {
    await Bun.write(file, text);
  } catch (error) {
    const reason = systemErrorCode(error) === "ENOENT" ? `no such folder: ${dirname(file)}` : messageOf(error);
    throw new UsageError(`"${file}": cannot be written: ${reason}`);
  }
}
