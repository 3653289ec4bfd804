import { createConsola, LogLevels } from "consola/core";
import { colors } from "consola/utils";
import { visibleLines } from "../text/harmless.ts";
import { withoutCredentials } from "../text/shown-command.ts";
import { standardError } from "./standard-streams.ts";

const levels: Record<string, string> = { error: colors.red("error"), warn: colors.yellow("warning") };

/** Messages for people, one line each, on standard error so that standard output holds results only. */
export const messages = createConsola({
  // Set explicitly: consola logs nothing by default when it detects a test environment.
  level: LogLevels.info,
  reporters: [
    {
      log({ type, args }) {
        const level = levels[type];
        // Each line has the level, so that none in foreign text passes for a line of its own.
        const lines = visibleLines(withoutCredentials(args.join(" "))).split("\n");
        void standardError.write(lines.map((line) => `${level ? `${level}: ` : ""}${line}\n`).join(""));
      },
    },
  ],
});
