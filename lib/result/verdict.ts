import { exitCodes } from "../errors.ts";
import { optionText } from "./option-text.ts";
import { formatDuration, plural } from "../text/format-units.ts";
import { hasMessages, isOneWay } from "./load-modes.ts";
import type { Merged, RunResult } from "./run-result.ts";

/** What a run came to: the verdict, the reason for it in words, and the exit code of the client. */
export type RunVerdict = Pick<RunResult, "verdict" | "reason"> & {
  readonly exitCode: NonNullable<RunResult["exitCode"]>;
};

/** What a run is judged by. */
type Judged = Pick<RunResult, "options" | "totals" | "errors" | "expectations"> &
  Partial<Pick<RunResult, "merged" | "aborted">>;

/** Whether a run was ended by its user, or its result was written while it went on. */
export const isCutShort = ({ verdict, exitCode }: Pick<RunResult, "verdict" | "exitCode">): boolean =>
  verdict === "interrupted" || exitCode === exitCodes.interrupted;

/** Less of the longest window in common means that the shards did not run together. */
const LEAST_COMMON_SHARE = 0.9;

/** Shards by their numbers, which ascend, in words: `shards 1, 3-5`. */
export function shardsText(shards: readonly number[]): string {
  const ranges: Array<{ first: number; last: number }> = [];
  for (const shard of shards) {
    const range = ranges.at(-1);
    if (range?.last === shard - 1) range.last = shard;
    else ranges.push({ first: shard, last: shard });
  }
  const named = ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`));
  return `${shards.length === 1 ? "shard" : "shards"} ${named.join(", ")}`;
}

/** In what a merged result falls short of the load that its options describe; empty if in nothing. */
function shortfallsOf(merged: Merged | null | undefined): string[] {
  if (!merged) return [];
  const { missing, cutShort, allowedMissing, commonShare } = merged;
  const isAllowed = missing.length + cutShort.length <= allowedMissing;
  return [
    missing.length > 0 && !isAllowed ? `${shardsText(missing)} of ${merged.of} missing` : "",
    cutShort.length > 0 && !isAllowed ? `${shardsText(cutShort)} of ${merged.of} cut short` : "",
    commonShare < LEAST_COMMON_SHARE
      ? `the shards ran together for ${Math.floor(commonShare * 100)} % of the time`
      : "",
  ].filter(Boolean);
}

/** A stream has bytes only; everything else is measured in messages. */
const measuredOf = ({ options }: Judged, { messages, bytesReceived }: Pick<RunResult["totals"], Measure>): number =>
  hasMessages(options["mode"]) ? messages : bytesReceived;

type Measure = "messages" | "bytesReceived";

const hasMeasured = (result: Judged): boolean => measuredOf(result, result.totals) > 0;

/** The whole shards of a merged result that measured nothing, which is a failure of each of them. */
function silentShards(result: Judged): number[] {
  const { parts = [], cutShort = [] } = result.merged ?? {};
  const silent = parts.filter((part) => measuredOf(result, part) === 0 && !cutShort.includes(part.index));
  return silent.map(({ index }) => index);
}

function passReason({ verify, expectTransform = "none", mode }: RunResult["options"]): string {
  if (isOneWay(mode) && verify === true) return "every byte came to the other end as it was sent";
  if (verify !== true)
    return isOneWay(mode)
      ? "all bytes came; they were not compared"
      : "as many bytes came back as were sent; they were not compared";
  return expectTransform === "none"
    ? "every byte came back as it was sent"
    : `every byte came back as the ${optionText(expectTransform)} transform makes it`;
}

/** Why a run failed that was not interrupted, the gravest reason first. */
function failureCode(result: Judged, isIncomplete: boolean): RunVerdict["exitCode"] {
  const { errors, totals, merged } = result;
  if (merged && totals.connections === 0) return exitCodes.unreachable;
  if (errors.total > 0 || silentShards(result).length > 0) return exitCodes.runFailed;
  // What was measured of a load that was not the one asked for breaks or keeps no threshold.
  if (isIncomplete) return exitCodes.shardsIncomplete;
  return hasMeasured(result) ? exitCodes.thresholdFailed : exitCodes.runFailed;
}

/** Why a run ended early; empty if it did not. */
const abortText = ({ aborted }: Judged): string =>
  aborted ? `ended by --abort-on ${aborted.expression}, after ${formatDuration(aborted.atMs)}` : "";

/**
 * Errors fail a run, also one that was interrupted, and so does what ended it early; then an interruption counts; then what else
 * a run can lack.
 */
export function verdictOf(result: Judged, isInterrupted: boolean): RunVerdict {
  const { errors, expectations } = result;
  const broken = expectations.filter(({ ok }) => !ok).length;
  const isMeasured = hasMeasured(result);
  const shortfalls = shortfallsOf(result.merged);
  const silent = silentShards(result);
  const abort = abortText(result);
  const isSound = errors.total === 0 && abort === "";
  if (isSound && isInterrupted) {
    return { verdict: "interrupted", reason: "no error until then", exitCode: exitCodes.interrupted };
  }
  if (isSound && isMeasured && broken === 0 && shortfalls.length === 0 && silent.length === 0) {
    return { verdict: "pass", reason: passReason(result.options), exitCode: exitCodes.success };
  }
  const reasons = [
    errors.total > 0 ? plural(errors.total, "error") : "",
    ...shortfalls,
    abort,
    broken > 0 ? `${plural(broken, "threshold")} broken` : "",
    isMeasured ? "" : "nothing was measured",
    isMeasured && silent.length > 0 ? `nothing was measured by ${shardsText(silent)}` : "",
    isInterrupted ? "interrupted" : "",
  ];
  return {
    verdict: "fail",
    reason: reasons.filter(Boolean).join(", "),
    exitCode: isInterrupted ? exitCodes.interrupted : failureCode(result, shortfalls.length > 0),
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
