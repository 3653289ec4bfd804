import { type CompletedCommand, type CompletedOption, followersOf, linkNames } from "./completed-command.ts";
import { shellWord } from "../../lib/text/shell-word.ts";

const functionName = ({ words }: CompletedCommand): string =>
  ["_echobench", ...(words.length > 0 ? words : ["root"])].join("_");

/** Text within the brackets of an option of `_arguments`. */
const inBrackets = (text: string): string => text.replaceAll(/[[\]\\:]/g, String.raw`\$&`);

function actionOf({ hint, value }: CompletedOption): string {
  const name = inBrackets(hint);
  switch (value.kind) {
    case "none":
      return "";
    case "words":
      return `:${name}:(${value.words.join(" ")})`;
    case "file":
      // Two colons: the value may be left out.
      return `${value.isOptional ? "::" : ":"}${name}:_files`;
    case "folder":
      return `:${name}:_files -/`;
    case "other":
      return `:${name}:`;
  }
}

function optionSpecs(option: CompletedOption): string[] {
  const rest = `[${inBrackets(option.summary)}]${actionOf(option)}`;
  // A value may follow its flag as the next word or after an equals sign, but an optional one only as the next word.
  const sign = option.value.kind === "none" || (option.value.kind === "file" && option.value.isOptional) ? "" : "=";
  const flags = [`${option.flag}${sign}`, ...(option.short === undefined ? [] : [`-${option.short}`])];
  return flags.map((flag) => shellWord(`*${flag}${rest}`));
}

/** A function that completes what follows a command. */
function commandFunction(commands: readonly CompletedCommand[], command: CompletedCommand): string {
  const following = followersOf(commands, command);
  const argumentLines = [
    "_arguments -S",
    ...command.options.flatMap(optionSpecs),
    ...(command.takesPaths ? ["'*:file:_files'"] : []),
    ...(command.operandWords.length > 0 ? [`'1:word:(${command.operandWords.join(" ")})'`] : []),
  ];
  const options = argumentLines.map((line, i) => (i === 0 ? `  ${line}` : `    ${line}`)).join(" \\\n");
  if (following.length === 0) return `${functionName(command)}() {\n${options}\n}`;
  const described = following.map(({ word, command: { summary } }) => shellWord(`${word}:${summary}`));
  const cases = following.map(
    ({ word, command: next }) => `    ${word}) shift words; (( CURRENT-- )); ${functionName(next)} ;;`,
  );
  return `${functionName(command)}() {
  local -a commands=(
    ${described.join("\n    ")}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe -t commands command commands
    return
  fi
  case $words[2] in
${cases.join("\n")}
    *)
${options}
    ;;
  esac
}`;
}

/** The completion script for zsh. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const links = Object.entries(linkNames);
  const entries = links.map(([link, word]) => `  ${link}) _echobench_${word} ;;`);
  return `#compdef echobench ${links.map(([link]) => link).join(" ")}
# zsh completion of echobench; made by: echobench completion zsh
${commands.map((command) => commandFunction(commands, command)).join("\n\n")}

_echobench() {
  case \${service:t} in
${entries.join("\n")}
  *) _echobench_root ;;
  esac
}

# As a file of fpath this is the body of the function; sourced, it registers the function.
if [[ $funcstack[1] == _echobench ]]; then
  _echobench "$@"
else
  compdef _echobench echobench ${links.map(([link]) => link).join(" ")}
fi
`;
}
