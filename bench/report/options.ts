import { choice, configFile, custom, folder } from "../../lib/cli/option-kinds.ts";
import { formats } from "./formats.ts";

/** Notes on exit codes at the end of the help of commands that measure. */
export const measuringNotes = ["Exit codes: 0 measured, 1 a measurement failed, 2 wrong usage, 130 interrupted."];

/** `--out` of commands that always save results and reports. */
export const folderOption = {
  out: folder().optional().describe("keep results and reports in this folder (default: a new one in reports/)"),
};

/** `--out` of commands that save their result only if this is given. */
export const savingOption = {
  out: folder().optional().describe("keep the result as a JSON file in this folder"),
};

/** `--format` with every form of a report, and `--config`. */
export const formatOptions = {
  format: choice(formats).prefault("text").describe("form of the report on standard output"),
  config: configFile(),
};

/** `--format` of commands that print a table or JSON, and `--config`. */
export const tableOptions = {
  format: choice(["text", "json"]).prefault("text").describe("a table for people, or JSON"),
  config: configFile(),
};

/** Parses `10%` to 0.1; undefined for anything that is not above 0 and at most `most`. */
function parsePercent(share: string, most: number): number | undefined {
  const [, amount] = /^(\d+(?:\.\d+)?)\s*%$/.exec(share) ?? [];
  const part = Number(amount) / 100;
  return part > 0 && part <= most ? part : undefined;
}

/** A percentage such as `5%`, parsed to a part of 1. @param most the largest part */
export const percentage = (example: string, most: number) =>
  custom("PERCENT", `a part such as ${example}, up to ${most * 100}%`, (share) => parsePercent(share, most));

const threshold = percentage("5%", 10);
const usualThreshold = "5%";

/** `--threshold`, parsed to a part of 1. */
export const thresholdOption = {
  threshold: threshold.prefault(usualThreshold).describe("smaller differences count as noise"),
};

/** `--threshold` for what was judged before, which may be undefined. */
export const savedThresholdOption = {
  threshold: threshold
    .optional()
    .describe(`smaller differences count as noise (default: as it was judged by bench ab, or ${usualThreshold})`),
};

/** The threshold of a comparison that was not judged before, as a part of 1. */
export const standardThreshold = thresholdOption.threshold.parse(undefined);
