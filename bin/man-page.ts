import { defaultText, describeSources, flagText, type HelpTopic, operandsOf } from "../lib/cli/help.ts";
import { describeOptions } from "../lib/cli/option-spec.ts";
import { asEchobench } from "../lib/invocation.ts";
import { version } from "../lib/version.ts";
import type { CommandTopic } from "./command-topics.ts";

/** Text as roff prints it: no character of it is a command. */
const literal = (text: string): string =>
  text
    .replaceAll("\\", String.raw`\e`)
    .replaceAll("-", String.raw`\-`)
    .replaceAll(/^(?=[.'])/gm, String.raw`\&`);

function optionLines(topic: HelpTopic): string[] {
  const sections = Object.entries(topic.sections).filter(([, shape]) => Object.keys(shape).length > 0);
  return sections.flatMap(([title, shape]) => [
    ".PP",
    `.I ${literal(title)}`,
    ...describeOptions(shape).flatMap((spec) => {
      const value = defaultText(spec);
      return [
        ".TP",
        `.B ${literal(flagText(spec))}`,
        literal(spec.description + (value ? ` (default: ${value})` : "")),
      ];
    }),
  ]);
}

const exampleLines = ({ examples }: HelpTopic): string[] =>
  examples.flatMap(([command, explanation]) => [
    ".TP",
    `.B ${literal(asEchobench(command))}`,
    literal(asEchobench(explanation)),
  ]);

function commandLines({ words, topic }: CommandTopic): string[] {
  const name = ["echobench", ...words].join(" ");
  return [
    `.SS ${literal(name)}`,
    literal(`${topic.summary[0]?.toUpperCase()}${topic.summary.slice(1)}.`),
    ".PP",
    `.B ${literal([name, ...operandsOf(topic), "[options]"].join(" "))}`,
    ...optionLines(topic),
    ".PP",
    ".I Examples",
    ...exampleLines(topic),
    ...[...describeSources(topic), ...topic.notes].flatMap((note) => [".PP", literal(asEchobench(note))]),
  ];
}

/** Each command once, by its shortest name. */
function withoutSynonyms(topics: readonly CommandTopic[]): CommandTopic[] {
  const shortest = new Map<HelpTopic, CommandTopic>();
  for (const each of topics) {
    const known = shortest.get(each.topic);
    if (!known || each.words.length < known.words.length) shortest.set(each.topic, each);
  }
  return [...shortest.values()];
}

/** The manual page of echobench, in section 1. */
export function manPage(topics: readonly CommandTopic[]): string {
  const commands = withoutSynonyms(topics);
  const lines = [
    `.TH ECHOBENCH 1 "" "echobench ${version}" "User Commands"`,
    ".SH NAME",
    String.raw`echobench \- benchmark harness for TCP: an echo server, a load client that verifies every byte, and benches`,
    ".SH SYNOPSIS",
    ".B echobench",
    ".I command",
    "[options]",
    ".SH DESCRIPTION",
    literal(
      "The server sends back every byte that it receives. The client opens connections to it, measures round trips and throughput, and compares every byte that comes back. The other commands diagnose a path, repeat measurements and compare them.",
    ),
    ".PP",
    literal("Without authentication, and without encryption unless TLS is on: for trusted networks only."),
    ".SH COMMANDS",
    ...commands.flatMap(commandLines),
    ".SH EXIT STATUS",
    literal(
      "0 success, 1 a run or measurement failed, 2 wrong usage, 3 could not connect or listen, 4 a threshold of --expect was broken, 5 a regression was found, 130 interrupted.",
    ),
  ];
  return `${lines.join("\n")}\n`;
}
