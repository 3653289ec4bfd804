import { type CompletedCommand, type CompletedOption, followersOf, linkNames } from "./completed-command.ts";

/** Text as fish takes it literally. */
const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;

const pathOf = ({ words }: CompletedCommand): string => words.map((word) => ` ${word}`).join("");

function valueFlags({ value }: CompletedOption): string {
  switch (value.kind) {
    case "none":
      return "";
    case "words":
      return ` -x -a ${quoted(value.words.join(" "))}`;
    case "file":
      // One that may be left out too: fish knows no such option, and offers files only for one that takes a value.
      return " -r -F";
    case "folder":
      return ` -x -a '(__fish_complete_directories)'`;
    case "other":
      return " -x";
  }
}

function lines(commands: readonly CompletedCommand[], command: CompletedCommand): string[] {
  const condition = quoted(`test (__echobench_command) = ${quoted(pathOf(command))}`);
  const at = `complete -c echobench -n ${condition}`;
  return [
    ...followersOf(commands, command).map(
      ({ word, command: { summary } }) => `${at} -f -a ${word} -d ${quoted(summary)}`,
    ),
    ...command.options.map((option) => {
      const short = option.short === undefined ? "" : ` -s ${option.short}`;
      return `${at} -l ${option.flag.slice(2)}${short}${valueFlags(option)} -d ${quoted(option.summary)}`;
    }),
    ...(command.takesPaths ? [`${at} -F`] : []),
    ...(command.operandWords.length > 0 ? [`${at} -f -a ${quoted(command.operandWords.join(" "))}`] : []),
  ];
}

/** The completion script for fish. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const paths = commands.filter(({ words }) => words.length > 0).map((command) => quoted(pathOf(command)));
  const links = Object.entries(linkNames).map(([link, word]) => `complete -c ${link} -w 'echobench ${word}'`);
  return `# fish completion of echobench; made by: echobench completion fish
function __echobench_command
    set -l tokens (commandline -opc)
    set -l path ''
    for token in $tokens[2..]
        contains -- "$path $token" ${paths.join(" ")}; or break
        set path "$path $token"
    end
    echo -- "$path"
end

complete -c echobench -f
${commands.flatMap((command) => lines(commands, command)).join("\n")}
${links.join("\n")}
`;
}
