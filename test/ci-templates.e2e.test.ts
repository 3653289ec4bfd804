import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { validateAction, validateWorkflow } from "@action-validator/core";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { CommentApi } from "./fixtures/comment-api.ts";
import { readAction, runAction } from "./fixtures/composite-action.ts";
import { runTool } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

const root = join(import.meta.dir, "..");
const read = (name: string): string => readFileSync(join(root, name), "utf8");

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** An echo server of somebody else, in a repository whose second commit makes it slower and whose third one breaks it. */
const repository = folder.join("repository");
const serverOf = (onData: string): string => `
  import { createServer } from "node:net";
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => { ${onData} });
  });
  server.listen(Number(process.argv[2]), "127.0.0.1");
`;
const versions = [
  ["good", serverOf("socket.write(data);")],
  ["slow", serverOf("const until = performance.now() + 0.3; while (performance.now() < until); socket.write(data);")],
  ["broken", 'throw new Error("it has a mistake");'],
] as const;

async function git(...args: readonly string[]): Promise<string> {
  const author = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
  const { exitCode, stdout, stderr } = await runTool(["git", "-C", repository, ...author, ...args], "");
  if (exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

beforeAll(async () => {
  await runTool(["git", "init", "--quiet", "--initial-branch", "main", repository], "");
  for (const [name, source] of versions) {
    await Bun.write(join(repository, "service", "server.mjs.in"), source);
    await git("add", ".");
    await git("commit", "--quiet", "--message", name);
    await git("tag", name);
  }
});

const server = `${process.execPath} server.mjs {port}`;
const setup = "cp server.mjs.in server.mjs";

describe("the action for GitHub", () => {
  test("and the workflows follow GitHub's schemas", () => {
    expect(validateAction(read("action.yml")).errors).toEqual([]);
    const workflows = [...new Glob(".github/workflows/*.yml").scanSync({ cwd: root, dot: true })];
    expect(workflows.length).toBeGreaterThan(1);
    for (const name of workflows) expect([name, validateWorkflow(read(name)).errors]).toEqual([name, []]);
    expect(validateAction(read("action.yml").replace("shell: bash", "")).errors).not.toEqual([]);
  });

  test("takes inputs by variables only: what an input holds is never read as a script", () => {
    const { steps } = readAction(join(root, "action.yml")).runs;
    for (const { run } of steps) expect(run ?? "").not.toContain("${{");
  });

  /** The action as GitHub checks it out: without what is installed. */
  const action = folder.join("action");
  beforeAll(() => {
    const names = ["action.yml", "package.json", "bun.lock", "bunfig.toml", "bench", "bin", "client", "lib", "server"];
    for (const name of names) cpSync(join(root, name), join(action, name), { recursive: true });
  });

  /** Runs it for a pull request. */
  async function compare(api: CommentApi, base: string, head: string, inputs: Readonly<Record<string, string>> = {}) {
    await git("checkout", "--quiet", "--force", "--detach", head);
    const event = JSON.stringify({ pull_request: { number: 7 } });
    return runAction({
      ...{ action, workspace: repository, temp: folder.join(`job-${base}-${head}`) },
      inputs: {
        server,
        setup,
        "working-directory": "service",
        loads: "small",
        rounds: "6",
        duration: "200ms",
        ...inputs,
      },
      github: { token: "secret", event_name: "pull_request", event: { pull_request: { base: { sha: base } } } },
      environment: {
        ...{ GITHUB_API_URL: api.origin, GITHUB_REPOSITORY: "a/b" },
        GITHUB_EVENT_PATH: folder.write("event.json", event),
      },
    });
  }

  testWith("git", "npx")(
    "fails a pull request that makes a server slower, comments the report, writes the summary and keeps the page",
    async () => {
      using api = new CommentApi();
      const base = await git("rev-parse", "good");
      const { outcomes, outputs, summary } = await compare(api, base, "slow", { threshold: "50%" });
      expect(outcomes["Compare"]).toMatchObject({ kind: "ran", exitCode: 0 });
      expect(outputs["verdict"]).toBe("REGRESSION");
      expect(outcomes["Verdict"]).toMatchObject({ kind: "ran", exitCode: 5 });
      expect(summary).toStartWith("## echobench: REGRESSION  slower in two runs");
      expect(api.comments).toEqual([{ id: 1, body: `<!-- echobench: bench -->\n${summary}` }]);
      const report = outputs["report"] ?? "";
      expect(outcomes["Upload the report"]).toEqual({ kind: "used", with: { name: "echobench-bench", path: report } });
      for (const name of ["report.html", "report.md", "report.json"]) expect(existsSync(join(report, name))).toBe(true);
      expect(await git("worktree", "list", "--porcelain")).not.toContain("echobench-checkout-");
    },
    120_000,
  );

  testWith("git", "npx")(
    "says what a server says that does not start, and fails even where an inconclusive comparison may pass",
    async () => {
      using api = new CommentApi();
      const { outcomes, outputs } = await compare(api, "good", "broken", { "allow-inconclusive": "true" });
      expect(outcomes["Compare"]).toMatchObject({
        output: expect.stringMatching(/it has a mistake[^]*error: the server of head, .*: it ended at once/),
      });
      expect(outputs["verdict"]).toBe("");
      expect(outcomes["Comment"]).toMatchObject({ kind: "skipped" });
      expect(outcomes["Verdict"]).toEqual({ kind: "ran", exitCode: 1, output: "Nothing was measured\n" });
      expect(api.requests).toEqual([]);
    },
    60_000,
  );
});
