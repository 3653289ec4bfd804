import { type CompletedCommand, followersOf, linkNames } from "./completed-command.ts";
import { shellWord } from "../../lib/text/shell-word.ts";

/** A command as the script names it: ` client probe`. */
const pathOf = ({ words }: CompletedCommand): string => words.map((word) => ` ${word}`).join("");

const pattern = (paths: readonly string[]): string => paths.map(shellWord).join("|");

/** The cases in which the word before decides what may come: `' server --engine') ...`. */
function valueCases(commands: readonly CompletedCommand[]): string[] {
  return commands.flatMap((command) =>
    command.options.flatMap(({ flag, value }) => {
      const at = pattern([`${pathOf(command)} ${flag}`]);
      if (value.kind === "words") return [`    ${at}) words=${shellWord(value.words.join(" "))} ;;`];
      if (value.kind === "file") return [`    ${at}) files=1${value.isOptional ? " more=1" : ""} ;;`];
      if (value.kind === "folder") return [`    ${at}) folders=1 ;;`];
      return value.kind === "other" ? [`    ${at}) return ;;`] : [];
    }),
  );
}

function commandCase(commands: readonly CompletedCommand[], command: CompletedCommand): string {
  const following = followersOf(commands, command).map(({ word }) => word);
  const flags = command.options.flatMap(({ flag, short }) => [flag, ...(short === undefined ? [] : [`-${short}`])]);
  const words = shellWord([...following, ...command.operandWords, ...flags].join(" "));
  return `    ${shellWord(pathOf(command))}) words=${words}${command.takesPaths ? " files=1" : ""} ;;`;
}

/** The completion script for bash. It needs nothing besides bash. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const paths = commands.filter(({ words }) => words.length > 0).map(pathOf);
  const links = Object.entries(linkNames).map(([link, word]) => `    ${link}) command=' ${word}' ;;`);
  return `# bash completion of echobench; made by: echobench completion bash
_echobench() {
  local IFS=$' \\n' current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command='' words='' files='' folders='' more='' i
  COMPREPLY=()
  # bash makes the = of --flag=value a word of its own.
  if [[ $current == '=' ]]; then current=''
  elif [[ $previous == '=' ]]; then previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case \${1##*/} in
${links.join("\n")}
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command \${COMP_WORDS[i]}" in
      ${pattern(paths)}) command+=" \${COMP_WORDS[i]}" ;;
      *) break ;;
    esac
  done
  case "$command $previous" in
${valueCases(commands).join("\n")}
    *) more=1 ;;
  esac
  [[ $more ]] && case "$command" in
${commands.map((command) => commandCase(commands, command)).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ $files && $current != -* ]]; then
    IFS=$'\\n'
    compopt -o filenames
    COMPREPLY+=($(compgen -f -- "$current"))
  elif [[ $folders ]]; then
    IFS=$'\\n'
    compopt -o filenames
    COMPREPLY=($(compgen -d -- "$current"))
  fi
}
complete -F _echobench echobench ${Object.keys(linkNames).join(" ")}
`;
}
