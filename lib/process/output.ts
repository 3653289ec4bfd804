import { writeWholeFile } from "../files/write-file.ts";
import { reportLoss } from "./losses.ts";
import { reasonOf } from "./output-reasons.ts";
import { untilRead } from "./stop.ts";
import { print } from "./standard-output.ts";

export { reportLoss } from "./losses.ts";
export { reasonOf } from "./output-reasons.ts";
export { checkDistinct, checkOutput, type NamedFile, reportOnStdout } from "./output-checks.ts";
export { guardStreams, print, tryPrint } from "./standard-output.ts";

/**
 * Writes a whole file, or to standard output when the file is `-`. A file that cannot be written is reported and counts in
 * the exit code; the other outputs are still written, and the previous file stays as it was.
 * @param flag names the file in messages
 */
export async function writeOutput(flag: string, file: string, text: string): Promise<void> {
  if (file === "-") return print(text);
  try {
    if (!(await untilRead(writeWholeFile(file, text)))) throw new Error("nobody reads it");
  } catch (error) {
    reportLoss(`${flag} "${file}": cannot be written: ${reasonOf(error)}`);
  }
}
