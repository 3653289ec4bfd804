import { type CommandDef, defineCommand, runCommand } from "citty";
import type { z } from "zod";
import { AppError, type ExitCode, exitCodes, messageOf } from "../errors.ts";
import { type HelpTopic, renderHelp } from "./help.ts";
import { renderConfig } from "./render-config.ts";
import { resourceProblem } from "../resources.ts";
import { asInvoked, isEchobench } from "../invocation.ts";
import { describeOptions, environmentName } from "./option-spec.ts";
import { type Conflict, resolveOptions, strayVariables } from "./resolve-options.ts";
import { endProgram } from "../process/stop.ts";
import { suggestion } from "./suggest.ts";
import { checkFiles } from "./option-files.ts";
import { messages } from "../process/messages.ts";
import { withOrigin } from "./origins.ts";
import { guardStreams, print } from "../process/standard-output.ts";
import { standardOutput } from "../process/standard-streams.ts";
import { version } from "../version.ts";

export { messages } from "../process/messages.ts";

/** The commands of a program by their names, each loaded when it is needed, because loading takes longest of a start. */
export type Commands = Readonly<Record<string, () => Promise<CommandDef>>>;

/** The environment variables of the commands loaded so far. */
const environmentNames = new Set<string>();

/** Loads the other commands of this program: their variables may be set while one of them runs. */
let loadOthers: () => Promise<unknown> = async () => {};

/** Variables that look like one of this program's but are none. */
async function warnOfStrayVariables(program: string): Promise<void> {
  const find = (): readonly string[] => strayVariables(program, process.env, environmentNames);
  if (find().length === 0) return;
  await loadOthers();
  for (const warning of find()) messages.warn(warning);
}

const PRINT_CONFIG = "--print-config";

/** A program: its name, its options and what it does. */
export interface Program<T> extends HelpTopic {
  /** the options of all sections */
  readonly schema: z.ZodType<T>;
  readonly conflicts?: readonly Conflict[];
  readonly run: (options: T) => Promise<ExitCode>;
}

const topics = new WeakMap<CommandDef, HelpTopic>();

/** What help shows of a command; undefined for one that has no help of its own. */
export const topicOf = (command: CommandDef): HelpTopic | undefined => topics.get(command);

/** A citty command that reads its options strictly and leaves its exit code to `runProgram`. */
export function programCommand<T>(program: Program<T>): CommandDef {
  const specs = Object.values(program.sections).flatMap(describeOptions);
  for (const spec of specs) environmentNames.add(environmentName(program.name, spec));
  const command = defineCommand({
    meta: { name: program.name, description: program.summary, version },
    run: async ({ rawArgs }) => {
      if (rawArgs.includes("--version")) return await print(`${version}\n`);
      if (rawArgs.includes("--help") || rawArgs.includes("-h")) {
        const title = isEchobench ? asInvoked(program.command) : program.name;
        const help = renderHelp(program, Math.min(standardOutput.columns || 100, 110), title);
        return await print(`${asInvoked(help)}\n`);
      }
      const { name, conflicts = [] } = program;
      const argv = rawArgs.filter((word) => word !== PRINT_CONFIG);
      const sources = { program: name, argv, environment: process.env, conflicts };
      const { options, given } = resolveOptions(program.schema, specs, sources);
      await warnOfStrayVariables(name);
      if (argv.length < rawArgs.length) return await print(`${renderConfig(name, specs, given)}\n`);
      try {
        checkFiles(specs, options as object);
        process.exitCode = await program.run(options);
      } catch (error) {
        throw withOrigin(error, specs, given);
      }
    },
  });
  topics.set(command, program);
  return command;
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
  } else if (resourceProblem(error) !== undefined) {
    messages.error(`${resourceProblem(error)} (${messageOf(error)})`);
    process.exitCode = exitCodes.runFailed;
  } else {
    messages.error(`this is a defect in echobench ${version}: ${messageOf(error)}`);
    messages.log(error instanceof Error ? error.stack : "");
    process.exitCode = exitCodes.runFailed;
  }
}

/** Runs a program to its end and ends the process; the one place that sets the exit code. */
export async function runProgram(command: CommandDef, argv: string[]): Promise<void> {
  guardStreams();
  try {
    await runCommand(command, { rawArgs: argv });
  } catch (error) {
    report(error, command);
  }
  await endProgram();
}

/** Runs the command that the first word names; `standard` when that is a flag or missing. */
export async function runOneOf<C extends Commands>(
  commands: C,
  standard: keyof C & string,
  argv: string[],
): Promise<void> {
  // Only a command knows which of its words are values, so no later word can name the command.
  const isNamed = argv[0] !== undefined && !argv[0].startsWith("-");
  // Without a prototype, so that `constructor` is no command.
  const subCommands: Commands = Object.assign(Object.create(null), commands);
  loadOthers = () => Promise.all(Object.values(commands).map((load) => load()));
  const all = defineCommand({ meta: { version }, subCommands });
  await runProgram(all, isNamed ? argv : [standard, ...argv]);
}
