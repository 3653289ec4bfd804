import { exitCodes } from "../errors.ts";
import { optionText } from "./option-text.ts";
import { plural } from "../text/format-units.ts";
import type { RunResult } from "./run-result.ts";

/** What a run came to: the verdict, the reason for it in words, and the exit code of the client. */
export type RunVerdict = Pick<RunResult, "verdict" | "reason"> & {
  readonly exitCode: NonNullable<RunResult["exitCode"]>;
};

/** What a run is judged by. */
type Judged = Pick<RunResult, "options" | "totals" | "errors" | "expectations">;

/** A stream has bytes only; everything else is measured in messages. */
const hasMeasured = ({ options, totals }: Judged): boolean =>
  (options["mode"] === "stream" ? totals.bytesReceived : totals.messages) > 0;

function passReason({ verify, expectTransform = "none" }: RunResult["options"]): string {
  if (verify !== true) return "as many bytes came back as were sent; they were not compared";
  return expectTransform === "none"
    ? "every byte came back as it was sent"
    : `every byte came back as the ${optionText(expectTransform)} transform makes it`;
}

/** Errors fail a run, also one that was interrupted; then an interruption counts; then what else a run can lack. */
export function verdictOf(result: Judged, isInterrupted: boolean): RunVerdict {
  const { errors, expectations } = result;
  const broken = expectations.filter(({ ok }) => !ok).length;
  const isMeasured = hasMeasured(result);
  if (errors.total === 0 && isInterrupted) {
    return { verdict: "interrupted", reason: "no error until then", exitCode: exitCodes.interrupted };
  }
  if (errors.total === 0 && isMeasured && broken === 0) {
    return { verdict: "pass", reason: passReason(result.options), exitCode: exitCodes.success };
  }
  const reasons = [
    errors.total > 0 ? plural(errors.total, "error") : "",
    broken > 0 ? `${plural(broken, "threshold")} broken` : "",
    isMeasured ? "" : "nothing was measured",
    isInterrupted ? "interrupted" : "",
  ];
  const failed = errors.total === 0 && isMeasured ? exitCodes.thresholdFailed : exitCodes.runFailed;
  return {
    verdict: "fail",
    reason: reasons.filter(Boolean).join(", "),
    exitCode: isInterrupted ? exitCodes.interrupted : failed,
  };
}

/** Whether a result has no reason of its own, or one that claims more than was checked. */
const lacksReason = ({ exitCode, verdict, options }: RunResult): boolean =>
  exitCode === null || (verdict === "pass" && options["verify"] !== true);

/** A result with the verdict that follows from it, whatever it says of itself. Those of earlier versions have no reason. */
export function withVerdict<R extends RunResult>(result: R): R {
  const isInterrupted = result.verdict === "interrupted" || result.exitCode === exitCodes.interrupted;
  const own = verdictOf(result, isInterrupted);
  const agrees = own.verdict === result.verdict && own.exitCode === result.exitCode;
  return agrees && !lacksReason(result) ? result : { ...result, ...own };
}
