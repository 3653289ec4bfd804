import { z } from "zod";
import { programCommand } from "../../lib/cli/command.ts";
import { operandChoice } from "../../lib/cli/option-kinds.ts";
import { exitCodes } from "../../lib/errors.ts";
import { print } from "../../lib/process/output.ts";
import { commandTopics } from "../command-topics.ts";
import { bashCompletion } from "./bash.ts";
import { completeCommand, rootCommand } from "./completed-command.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

const shells = Object.keys(scripts) as ReadonlyArray<keyof typeof scripts>;

const shell = { shell: operandChoice("SHELL", shells).describe(`the shell: ${shells.join(", ")}`) };

/** `echobench completion`. */
export const completionCommand = programCommand({
  name: "echobench completion",
  command: "echobench completion",
  summary: "prints a script by which a shell completes the commands, options and values of echobench",
  sections: { Shell: shell },
  schema: z.object(shell),
  examples: [
    ["source <(echobench completion bash)", "bash, now; in ~/.bashrc for every shell"],
    ["echobench completion zsh > ~/.zfunc/_echobench", "zsh; ~/.zfunc has to be in fpath before compinit"],
    ["echobench completion fish > ~/.config/fish/completions/echobench.fish", "fish"],
  ],
  notes: ["The scripts know echo-server, echo-client and echo-bench too, which are links to echobench."],
  run: async (options) => {
    const topics = await commandTopics();
    const commands = [rootCommand, ...topics.map(({ words, topic }) => completeCommand(words, topic))];
    await print(scripts[options.shell](commands));
    return exitCodes.success;
  },
});
