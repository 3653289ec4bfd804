import { colors } from "consola/utils";
import { type ExitCode, exitCodes } from "../../lib/errors.ts";
import { toJson } from "../../lib/text/harmless.ts";
import { print, writeOutput } from "../../lib/process/output.ts";
import { standardOutput } from "../../lib/process/standard-streams.ts";

/** How a diagnosis ended. */
export type AnswerVerdict = "pass" | "fail" | "interrupted";

/** The verdict and its reason, as the first or last line of a report. */
export function verdictLine({ verdict, answer }: { readonly verdict: AnswerVerdict; readonly answer: string }): string {
  switch (verdict) {
    case "pass":
      return colors.green(`PASS  ${answer}`);
    case "fail":
      return colors.red(`FAIL  ${answer}`);
    case "interrupted":
      return colors.yellow(`INTERRUPTED  ${answer}`);
  }
}

/** The exit code for a verdict. @param failed the one for `fail` */
export const answerExitCode = (verdict: AnswerVerdict, failed: ExitCode): ExitCode =>
  ({ pass: exitCodes.success, fail: failed, interrupted: exitCodes.interrupted })[verdict];

/** Columns that a report may use. */
export const reportWidth = (): number => Math.min(standardOutput.columns || 100, 100);

/** Writes a result as JSON. @param file of `--json`, `-` is standard output */
export const writeJson = (file: string, result: object): Promise<void> =>
  writeOutput("--json", file, `${toJson(result, 2)}\n`);

/**
 * Writes a result as text, unless standard output is for the JSON, and as JSON if `--json` is given.
 * @param json the file of `--json`, `-` is standard output
 */
export async function writeAnswer(json: string | undefined, result: object, text: string): Promise<void> {
  // The file comes first: a pipe may wait for its reader.
  if (json) await writeJson(json, result);
  if (json !== "-") await print(text);
}
