import { join } from "node:path";
import { z } from "zod";
import { commandTopics } from "../bin/command-topics.ts";
import { manPage } from "../bin/man-page.ts";
import { lintOverrides } from "./lint-config.ts";
import { comparisonSchema } from "../bench/compare/comparison.ts";
import { buffersResultSchema } from "../bench/experiments/buffers-result.ts";
import { peersResultSchema } from "../bench/peers/result.ts";
import { suiteSchema } from "../bench/suite/suite.ts";
import { asEchobench } from "../lib/invocation.ts";
import { clientSections } from "../client/options/options.ts";
import { configSchema } from "../lib/cli/config-schema.ts";
import { serverSections } from "../server/options.ts";
import { runResultSchema } from "../lib/result/run-result.ts";
import { bloatResultSchema } from "../client/bloat/result.ts";
import { probeResultSchema } from "../client/probe/result.ts";
import { sweepResultSchema } from "../client/sweep/result.ts";
import { idleScanResultSchema, soakResultSchema } from "../client/soak/result.ts";

const toText = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;

const root = join(import.meta.dir, "..");

const commands: ReadonlyArray<readonly string[]> = [
  ["server"],
  ["client"],
  ["client", "report"],
  ["client", "merge"],
  ["client", "probe"],
  ["client", "soak"],
  ["client", "bloat"],
  ["client", "sweep"],
  ["bench"],
  ["bench", "compare"],
  ["bench", "ab"],
  ["bench", "prove"],
  ["bench", "report"],
  ["bench", "comment"],
  ["bench", "buffers"],
  ["bench", "peers"],
  ["bench", "rtt"],
  ["bench", "micro"],
];

/** The result of every command, by the name of its schema's file. */
const results = {
  "run-result": runResultSchema,
  "probe-result": probeResultSchema,
  "soak-result": soakResultSchema,
  "idle-scan-result": idleScanResultSchema,
  "bloat-result": bloatResultSchema,
  "sweep-result": sweepResultSchema,
  "suite-result": suiteSchema,
  "comparison-result": comparisonSchema,
  "peers-result": peersResultSchema,
  "buffers-result": buffersResultSchema,
};

async function helpOf(words: readonly string[]): Promise<string> {
  const command = [process.execPath, join(root, "bin", "echobench.ts"), ...words, "--help"];
  const child = Bun.spawn(command, { env: { ...process.env, NO_COLOR: "1" }, stdout: "pipe" });
  return `## ${asEchobench(`bun run ${words.join(" ")}`)}\n\n\`\`\`text\n${(await child.stdout.text()).trimEnd()}\n\`\`\`\n`;
}

/** Every generated page, by its name in docs/. */
export async function generateDocs(): Promise<ReadonlyMap<string, string>> {
  const help = await Promise.all(commands.map(helpOf));
  return new Map([
    ["cli.md", `# Command lines\n\nWhat \`--help\` prints; written by \`bun run docs\`.\n\n${help.join("\n")}`],
    ...Object.entries(results).map(([name, schema]): [string, string] => [
      `${name}.schema.json`,
      toText(z.toJSONSchema(schema, { io: "input" })),
    ]),
    ["echobench.1", manPage(await commandTopics())],
    ["server-config.schema.json", toText(configSchema("echo-server", serverSections))],
    ["client-config.schema.json", toText(configSchema("echo-client", clientSections))],
  ]);
}

/** The linter's configuration with its generated part, which holds the rooms of architecture.md. */
export async function generateLintConfig(): Promise<object> {
  return { ...(await Bun.file(join(root, ".oxlintrc.json")).json()), overrides: lintOverrides() };
}

if (import.meta.main) {
  for (const [name, text] of await generateDocs()) await Bun.write(join(root, "docs", name), text);
  await Bun.write(join(root, ".oxlintrc.json"), JSON.stringify(await generateLintConfig()));
}
