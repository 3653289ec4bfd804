import { colors } from "consola/utils";
import { type ExitCode, exitCodes } from "../../lib/errors.ts";
import { print, writeOutput } from "../../lib/cli/output.ts";

/** How a diagnosis ended. */
export type AnswerVerdict = "pass" | "fail" | "interrupted";

/** The verdict and the answer in words, with which a report begins. */
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

/** @param failed the exit code of a verdict of `fail` */
export const answerExitCode = (verdict: AnswerVerdict, failed: ExitCode): ExitCode =>
  ({ pass: exitCodes.success, fail: failed, interrupted: exitCodes.interrupted })[verdict];

/** Columns of a report. */
export const reportWidth = (): number => Math.min(process.stdout.columns ?? 100, 100);

/**
 * Writes a result: as text for people, unless standard output is for the JSON, and as JSON where that is asked for.
 * @param json the file of `--json`, `-` for standard output
 */
export async function writeAnswer(json: string | undefined, result: object, text: string): Promise<void> {
  if (json !== "-") await print(text);
  if (json) await writeOutput("--json", json, `${JSON.stringify(result, null, 2)}\n`);
}
