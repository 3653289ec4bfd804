import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messages, programCommand } from "../lib/cli/command.ts";
import { configFile, operand, text } from "../lib/cli/option-kinds.ts";
import { unreadableReason } from "../lib/files/unreadable-reason.ts";
import { type ExitCode, exitCodes, UsageError } from "../lib/errors.ts";
import { watchStop } from "../lib/process/stop.ts";
import { comment, forgeOf } from "./comment.ts";

const reporting = { folder: operand("FOLDER", "a folder").describe("what bench ab wrote: the folder of its --out") };
const commenting = {
  name: text("NAME", "a name")
    .prefault("bench")
    .describe("tells the comments of several comparisons on one pull request apart"),
};
const schema = z.object({ ...reporting, ...commenting, config: configFile() });

function readReport(folder: string): string {
  try {
    return readFileSync(join(folder, "report.md"), "utf8");
  } catch (error) {
    throw new UsageError(`FOLDER "${folder}": expected a folder with a report.md: ${unreadableReason(error)}`);
  }
}

/** `bench comment`: puts a report where those who review the change read it. */
async function runComment({ folder, name }: z.output<typeof schema>): Promise<ExitCode> {
  const report = readReport(folder);
  const forge = forgeOf(process.env);
  const stop = watchStop();
  const outcome = await comment(forge, name, report, stop);
  messages.log(`The comment was ${outcome}.`);
  return exitCodes.success;
}

export const commentCommand = programCommand({
  name: "echo-bench comment",
  command: "bun run bench comment",
  summary: "writes a report into a comment of the pull request for which a job of CI runs, and later over that comment",
  sections: { Report: reporting, Comment: { ...commenting, config: configFile() } },
  schema,
  examples: [["bun run bench comment reports/ab", "in a job of GitHub Actions or GitLab CI, after bench ab"]],
  run: runComment,
  notes: [
    "GitHub needs GITHUB_TOKEN in the environment and the permission pull-requests: write; GitLab needs GITLAB_TOKEN, a project access token with the scope api.",
    "Exit codes: 0 commented, 1 refused or not reached, 2 wrong usage, such as outside of a pull request.",
  ],
});
