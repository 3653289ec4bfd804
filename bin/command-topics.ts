import type { CommandDef } from "citty";
import { type Commands, topicOf } from "../lib/cli/command.ts";
import type { HelpTopic } from "../lib/cli/help.ts";
import { clientShortcuts, type CommandGroup, commandGroups, soleCommands } from "./commands.ts";

/** What help shows of a command, and the words that name the command after `echobench`. */
export interface CommandTopic {
  readonly words: readonly string[];
  readonly topic: HelpTopic;
}

const describe = (words: readonly string[], command: CommandDef | undefined): CommandTopic[] => {
  const topic = command && topicOf(command);
  return topic ? [{ words, topic }] : [];
};

const describeAll = async (before: readonly string[], all: Commands): Promise<CommandTopic[]> =>
  (
    await Promise.all(Object.entries(all).map(async ([word, load]) => describe([...before, word], await load())))
  ).flat();

/** The commands of a group. Its own word alone means the standard one. */
async function describeGroup(word: string, { commands, standard }: CommandGroup): Promise<CommandTopic[]> {
  return [...describe([word], await commands[standard]?.()), ...(await describeAll([word], commands))];
}

/** Every command that has help of its own, `server` and `client` first. */
export async function commandTopics(): Promise<CommandTopic[]> {
  const { server, ...others } = soleCommands;
  const client = await describeGroup("client", await commandGroups.client());
  const shortcuts = clientShortcuts.flatMap((word) =>
    client.filter(({ words }) => words[1] === word).map(({ topic }) => ({ words: [word], topic })),
  );
  return [
    ...(await describeAll([], { server })),
    ...client,
    ...shortcuts,
    ...(await describeGroup("bench", await commandGroups.bench())),
    ...(await describeAll([], others)),
  ];
}
