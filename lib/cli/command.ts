import { type CommandDef, defineCommand, runCommand } from "citty";
import { createConsola, LogLevels } from "consola";
import { colors } from "consola/utils";
import type { z } from "zod";
import { AppError, type ExitCode, exitCodes, messageOf } from "../errors.ts";
import { visibleLines } from "../harmless.ts";
import { type HelpTopic, renderHelp } from "./help.ts";
import { renderConfig } from "./render-config.ts";
import { asInvoked } from "../invocation.ts";
import { describeOptions } from "./option-spec.ts";
import { type Conflict, resolveOptions } from "./resolve-options.ts";
import { suggestion } from "./suggest.ts";
import { version } from "../version.ts";

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
        const lines = visibleLines(args.join(" ")).split("\n");
        process.stderr.write(lines.map((line) => `${level ? `${level}: ` : ""}${line}\n`).join(""));
      },
    },
  ],
});

const PRINT_CONFIG = "--print-config";

/** A program: its name, its options and what it does. */
export interface Program<T> extends HelpTopic {
  /** the options of all sections */
  readonly schema: z.ZodType<T>;
  readonly conflicts?: readonly Conflict[];
  readonly run: (options: T) => Promise<ExitCode>;
}

/** A citty command that reads its options strictly and leaves its exit code to `runProgram`. */
export function programCommand<T>(program: Program<T>): CommandDef {
  const specs = Object.values(program.sections).flatMap(describeOptions);
  return defineCommand({
    meta: { name: program.name, description: program.summary, version },
    run: async ({ rawArgs }) => {
      if (rawArgs.includes("--version")) return void console.log(version);
      if (rawArgs.includes("--help") || rawArgs.includes("-h")) {
        return void console.log(asInvoked(renderHelp(program, Math.min(process.stdout.columns ?? 100, 110))));
      }
      const { name, conflicts = [] } = program;
      const argv = rawArgs.filter((word) => word !== PRINT_CONFIG);
      const sources = { program: name, argv, environment: process.env, conflicts };
      const { options, given } = resolveOptions(program.schema, specs, sources);
      if (argv.length < rawArgs.length) return void console.log(renderConfig(name, specs, given));
      process.exitCode = await program.run(options);
    },
  });
}

/** Turns an error into a message for people and an exit code for scripts. */
function report(error: unknown, command: CommandDef): void {
  if (error instanceof AppError) {
    messages.error(error.message);
    process.exitCode = error.exitCode;
  } else if (error instanceof Error && error.name === "CLIError") {
    const word = Bun.stripANSI(error.message).replace(/^Unknown command /, "");
    messages.error(`"${word}": unknown command${suggestion(word, Object.keys(command.subCommands ?? {}))}`);
    process.exitCode = exitCodes.usage;
  } else {
    messages.error(`this is a defect in echobench ${version}: ${messageOf(error)}`);
    messages.log(error instanceof Error ? error.stack : "");
    process.exitCode = exitCodes.runFailed;
  }
}

export function exitNow(code: ExitCode): never {
  process.exit(code);
}

/** Runs a program to its end; the one place that sets the exit code. */
export async function runProgram(command: CommandDef, argv: string[]): Promise<void> {
  try {
    await runCommand(command, { rawArgs: argv });
  } catch (error) {
    report(error, command);
  }
}

/** Runs the command that the first word names; `standard` when that is a flag or missing. */
export async function runOneOf<C extends Readonly<Record<string, CommandDef>>>(
  commands: C,
  standard: keyof C & string,
  argv: string[],
): Promise<void> {
  // Only a command knows which of its words are values, so no later word can name the command.
  const isNamed = argv[0] !== undefined && !argv[0].startsWith("-");
  const all = defineCommand({ meta: { version }, subCommands: commands });
  await runProgram(all, isNamed ? argv : [standard, ...argv]);
}
