import { colors } from "consola/utils";
import { alignLeft } from "../text/text-table.ts";
import {
  describeOptions,
  environmentName,
  isNegatable,
  isOperand,
  type OptionSections,
  type OptionSpec,
} from "./option-spec.ts";

/** What help shows of a program. */
export interface HelpTopic {
  /** such as `echo-server` */
  readonly name: string;
  /** how it is started from a checkout, such as `bun run server` */
  readonly command: string;
  readonly summary: string;
  readonly sections: OptionSections;
  readonly examples: ReadonlyArray<readonly [command: string, explanation: string]>;
  /** closing lines, such as the exit codes */
  readonly notes: readonly string[];
}

/** The left column: `-4, --ipv4`, `--no-verify`, `--json [FILE]`, `--port PORT`. */
export function flagText(spec: OptionSpec): string {
  const short = spec.short ? `-${spec.short}, ` : "";
  if (spec.arity === "operand") return spec.hint;
  if (spec.arity === "operands") return `${spec.hint} ...`;
  const value = {
    flag: "",
    required: ` ${spec.hint}`,
    optional: ` [${spec.hint}]`,
    list: ` ${spec.hint}${spec.isWhole ? "" : ",..."}`,
  }[spec.arity];
  return `${short}--${isNegatable(spec) ? "no-" : ""}${spec.name}${value}`;
}

/** The default as a user would write it; empty when there is none to show. */
export function defaultText(spec: OptionSpec): string {
  const value = spec.defaultValue;
  if (spec.arity === "flag") return value === true && !isNegatable(spec) ? "on" : "";
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Width of the left column, including its indent and the gap to the right one. */
const LEFT_COLUMNS = 26;

function columns(rows: ReadonlyArray<readonly [left: string, right: string]>, width: number): string[] {
  const left = LEFT_COLUMNS;
  return rows.flatMap(([text, description]) => {
    const [first = "", ...more] = Bun.wrapAnsi(description, Math.max(width - left, 24)).split("\n");
    const fits = text.length + 2 < left;
    const head = fits ? [alignLeft(`  ${colors.cyan(text)}`, left) + first] : [];
    const tall = [`  ${colors.cyan(text)}`, " ".repeat(left) + first];
    return [...(fits ? head : tall), ...more.map((line) => " ".repeat(left) + line)];
  });
}

function optionRow(spec: OptionSpec): [string, string] {
  const value = defaultText(spec);
  return [flagText(spec), spec.description + (value ? colors.dim(` (default: ${value})`) : "")];
}

/** Where options come from besides the command line; nothing for a command without any. */
export function describeSources({ name, sections }: HelpTopic): string[] {
  const specs = Object.values(sections).flatMap(describeOptions);
  const example = specs.find((spec) => !isOperand(spec));
  if (!example) return [];
  const variable = environmentName(name, example);
  if (!specs.some(({ key }) => key === "config")) {
    return [`Every option can also come from the environment (such as ${variable}); flags win.`];
  }
  return [
    `Every option can also come from --config FILE (its key is the flag without dashes) and from the environment (such as ${variable}). Flags win over the environment, the environment over the file.`,
  ];
}

/** The operands of a command as its usage shows them. */
export const operandsOf = ({ sections }: HelpTopic): string[] =>
  Object.values(sections).flatMap(describeOptions).filter(isOperand).map(flagText);

/** The help of a program, wrapped to `width` columns. @param title what the program is called there */
export function renderHelp(topic: HelpTopic, width: number, title = topic.name): string {
  const sections = Object.entries(topic.sections).flatMap(([heading, shape]) => [
    "",
    colors.bold(heading),
    ...columns(describeOptions(shape).map(optionRow), width),
  ]);
  return [
    `${colors.bold(title)}: ${topic.summary}`,
    "",
    `${colors.bold("Usage")}  ${[topic.command, ...operandsOf(topic), "[options]"].join(" ")}`,
    ...sections,
    "",
    ...columns(
      [
        ["-h, --help", "this text"],
        ["--version", "the version"],
        ["--print-config", "the options in effect as a config file, with where each comes from; does nothing else"],
      ],
      width,
    ),
    "",
    colors.bold("Examples"),
    ...topic.examples.flatMap(([command, explanation]) => [`  ${command}`, colors.dim(`      ${explanation}`)]),
    "",
    ...[...describeSources(topic), ...topic.notes].flatMap((note) => Bun.wrapAnsi(note, width).split("\n")),
  ].join("\n");
}
