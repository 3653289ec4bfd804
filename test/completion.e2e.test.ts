import { afterAll, describe, expect } from "bun:test";
import { runTool } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** The script of a shell, in a file of this name. */
async function scriptOf(shell: string, name: string): Promise<string> {
  const { stdout, stderr, exitCode } = await runTool([process.execPath, "bin/echobench.ts", "completion", shell], "");
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  return folder.write(name, stdout);
}

/** Command lines, and what has to be among the words that a shell offers for the last one. */
const offers: ReadonlyArray<readonly [line: string, words: readonly string[]]> = [
  ["echobench cl", ["client"]],
  [
    "echobench ",
    ["server", "client", "probe", "soak", "bloat", "sweep", "report", "merge", "bench", "demo", "completion"],
  ],
  ["echobench client pro", ["probe"]],
  ["echobench client --engi", ["--engine"]],
  ["echobench client --engine ", ["auto", "epoll", "bun"]],
  ["echobench probe --tls-c", ["--tls-ca", "--tls-cert"]],
  ["echobench bench peers --only pa", ["paced-10k", "paced-50k"]],
  ["echobench server --config tsconfig.b", ["tsconfig.browser.json"]],
  ["echobench client --json CHANGE", ["CHANGELOG.md"]],
  ["echobench report CHANGE", ["CHANGELOG.md"]],
  ["echobench bench --out doc", ["docs"]],
  ["echobench completion ", ["bash", "zsh", "fish"]],
  ["echo-server --worke", ["--workers"]],
  ["echo-client so", ["soak"]],
];

const bash = await scriptOf("bash", "echobench.bash");

/** Does what bash does: sets the words, calls the function, and takes its reply. */
const bashOffers = `source "$1"; compopt() { :; }
read -r -a COMP_WORDS <<< "$2"; [[ $2 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _echobench "\${COMP_WORDS[0]}"; printf '%s\\n' "\${COMPREPLY[@]}"`;

describe.concurrent("completion in bash", () => {
  testWith("bash").each(offers)("offers what %p may become", async (line, words) => {
    const { stdout, stderr } = await runTool(["bash", "-c", bashOffers, "bash", bash, line], "");
    expect(stderr).toBe("");
    expect(stdout.split("\n")).toEqual(expect.arrayContaining([...words]));
  });

  testWith("bash")("offers nothing for a number, and values after an equals sign", async () => {
    const of = async (line: string) =>
      (await runTool(["bash", "-c", bashOffers, "bash", bash, line], "")).stdout.trim();
    expect(await of("echobench server --port ")).toBe("");
    expect(await of("echobench client --engine = ep")).toBe("epoll");
  });
});

await scriptOf("zsh", "_echobench");

describe.concurrent("completion in zsh", () => {
  testWith("zsh").each(offers)("offers what %p may become", async (line, words) => {
    const command = ["zsh", "-f", "test/fixtures/complete.zsh", folder.path, line];
    const { stdout } = await runTool(command, "");
    expect(stdout.split(/[<> \r\n]+/)).toEqual(expect.arrayContaining([...words]));
  });
});

const fish = await scriptOf("fish", "echobench.fish");

describe.concurrent("completion in fish", () => {
  testWith("fish").each(offers)("offers what %p may become", async (line, words) => {
    const command = ["fish", "--no-config", "-c", 'source $argv[1]; complete -C "$argv[2]"', "--", fish, line];
    const { stdout, stderr } = await runTool(command, "");
    expect(stderr).toBe("");
    const offered = stdout.split("\n").map((each) => (each.split("\t")[0] ?? "").replace(/\/$/, ""));
    expect(offered).toEqual(expect.arrayContaining([...words]));
  });
});
