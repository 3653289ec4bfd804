import { existsSync } from "node:fs";
import type { HelpTopic } from "../../lib/cli/help.ts";
import { describeOptions, isNegatable, isOperand, type OptionSpec } from "../../lib/cli/option-spec.ts";

/** What may follow an option. */
export type CompletedValue =
  | { readonly kind: "none" }
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "file"; readonly isOptional: boolean }
  | { readonly kind: "folder" }
  /** such as a number or an address, which no shell can guess */
  | { readonly kind: "other" };

/** An option as shells complete it. */
export interface CompletedOption {
  /** with its dashes */
  readonly flag: string;
  /** the one-letter form, without a dash */
  readonly short: string | undefined;
  readonly summary: string;
  /** what help calls its value; empty for one that takes none */
  readonly hint: string;
  readonly value: CompletedValue;
}

/** A command as shells complete it. */
export interface CompletedCommand {
  /** the words that name it after `echobench`; none for `echobench` itself */
  readonly words: readonly string[];
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** words that its operands can be */
  readonly operandWords: readonly string[];
  /** whether its operands are paths */
  readonly takesPaths: boolean;
}

function valueOf({ arity, words, file, isFolder }: OptionSpec): CompletedValue {
  if (arity === "flag") return { kind: "none" };
  if (words) return { kind: "words", words };
  if (isFolder) return { kind: "folder" };
  return file ? { kind: "file", isOptional: arity === "optional" } : { kind: "other" };
}

/** The first part of a description: shells show one line. */
const briefly = (description: string): string => description.replace(/(?:;| \(default).*$/s, "");

const completeOption = (spec: OptionSpec): CompletedOption => ({
  flag: `--${isNegatable(spec) ? "no-" : ""}${spec.name}`,
  short: spec.short,
  summary: briefly(spec.description),
  hint: spec.arity === "flag" ? "" : spec.hint,
  value: valueOf(spec),
});

const common: readonly CompletedOption[] = [
  { flag: "--help", short: "h", summary: "show help", hint: "", value: { kind: "none" } },
  { flag: "--version", short: undefined, summary: "show the version", hint: "", value: { kind: "none" } },
];

const printConfig: CompletedOption = {
  ...{ flag: "--print-config", short: undefined, summary: "show the options in effect as a config file" },
  ...{ hint: "", value: { kind: "none" } },
};

/** A command, from what its help shows. */
export function completeCommand(words: readonly string[], { summary, sections }: HelpTopic): CompletedCommand {
  const specs = Object.values(sections).flatMap(describeOptions);
  const own = specs.filter((spec) => !isOperand(spec)).map(completeOption);
  return {
    ...{ words, summary },
    options: [...own, ...common, ...(own.length > 0 ? [printConfig] : [])],
    operandWords: specs.filter(isOperand).flatMap((spec) => spec.words ?? []),
    takesPaths: specs.some((spec) => isOperand(spec) && spec.isLikely === existsSync),
  };
}

/** `echobench` itself, which only leads to its commands. */
export const rootCommand: CompletedCommand = {
  ...{ words: [], summary: "a benchmark harness for TCP", options: common, operandWords: [], takesPaths: false },
};

/** The commands one word further, with that word. */
export const followersOf = (
  commands: readonly CompletedCommand[],
  { words }: CompletedCommand,
): Array<{ readonly word: string; readonly command: CompletedCommand }> =>
  commands
    .filter((each) => each.words.length === words.length + 1 && words.every((word, i) => each.words[i] === word))
    .map((command) => ({ word: command.words.at(-1) ?? "", command }));

/** The names that a link to the program can have, and the words that it then begins with. */
export const linkNames = { "echo-server": "server", "echo-client": "client", "echo-bench": "bench" } as const;
