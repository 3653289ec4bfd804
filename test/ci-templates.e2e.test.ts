import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { validateAction, validateWorkflow } from "@action-validator/core";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Glob, YAML } from "bun";
import { z } from "zod";
import { CommentApi } from "./fixtures/comment-api.ts";
import { readAction, runAction } from "./fixtures/composite-action.ts";
import { Program, runTool } from "./fixtures/program.ts";
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
  ["slow", serverOf("const until = performance.now() + 0.1; while (performance.now() < until); socket.write(data);")],
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

  test("is used in docs/bench.md by a workflow that is good, with inputs that it has", () => {
    const [, workflow = ""] = /```yaml\n(name: .*?)```/s.exec(read("docs/bench.md")) ?? [];
    expect(validateWorkflow(workflow).errors).toEqual([]);
    const { jobs } = z
      .object({
        jobs: z.object({
          compare: z.object({
            steps: z.array(z.object({ uses: z.string(), with: z.record(z.string(), z.unknown()) })),
          }),
        }),
      })
      .parse(YAML.parse(workflow));
    const given = jobs.compare.steps.find(({ uses }) => uses.includes("/echobench@"))?.with ?? {};
    expect(Object.keys(given)).toContain("server");
    const { inputs } = readAction(join(root, "action.yml"));
    for (const name of Object.keys(given)) expect(Object.keys(inputs)).toContain(name);
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
      // A machine that starves a client for the length of a measurement leaves too little for a verdict.
      expect(outcomes["Compare"]).toMatchObject({
        ...{ kind: "ran", exitCode: 0 },
        output: expect.stringMatching(/^(REGRESSION|INCOMPLETE|INCONCLUSIVE) /m),
      });
      const exitCode = outputs["verdict"] === "REGRESSION" ? 5 : 1;
      expect(outcomes["Verdict"]).toMatchObject({ kind: "ran", exitCode });
      expect(summary).toStartWith(`## echobench: ${outputs["verdict"]}`);
      expect(api.comments).toEqual([{ id: 1, body: `<!-- echobench: bench -->\n${summary}` }]);
      const report = outputs["report"] ?? "";
      expect(outcomes["Upload the report"]).toEqual({ kind: "used", with: { name: "echobench-bench", path: report } });
      for (const name of ["report.html", "report.md", "report.json"]) expect(existsSync(join(report, name))).toBe(true);
      expect(await git("worktree", "list", "--porcelain")).not.toContain("echobench-checkout-");
    },
    120_000,
  );

  testWith("git", "npx").each([
    ["", 2, "::error title=echobench::This event has no commit to compare with"],
    ["0".repeat(40), 0, "::notice title=echobench::The first push of a branch has no commit before it"],
  ])(
    "compares nothing with itself where the base is %p",
    async (base, exitCode, text) => {
      using api = new CommentApi();
      const { outcomes, outputs } = await compare(api, base, "slow");
      expect(outcomes["Compare"]).toMatchObject({ kind: "ran", exitCode, output: expect.stringContaining(text) });
      expect(outputs["verdict"] ?? "").toBe("");
      if (exitCode === 0) expect(outcomes["Verdict"]).toMatchObject({ kind: "ran", exitCode: 0 });
    },
    60_000,
  );

  testWith("git", "npx")(
    "says what a server says that does not start, and fails even where an inconclusive comparison may pass",
    async () => {
      using api = new CommentApi();
      const { outcomes, outputs } = await compare(api, "good", "broken", { "allow-inconclusive": "true" });
      expect(outcomes["Compare"]).toMatchObject({
        output: expect.stringMatching(/it has a mistake[^]*error: the server of head, .*: it ended with/),
      });
      expect(outputs["verdict"]).toBe("");
      expect(outcomes["Comment"]).toMatchObject({ kind: "skipped" });
      expect(outcomes["Verdict"]).toEqual({ kind: "ran", exitCode: 1, output: "Nothing was measured\n" });
      expect(api.requests).toEqual([]);
    },
    60_000,
  );
});

describe("the template for GitLab", () => {
  testWith("git", "bash", "rsync")(
    "compares, keeps the page and JUnit XML, and comments the report, as gitlab-ci-local runs it",
    async () => {
      using api = new CommentApi();
      await git("checkout", "--quiet", "--force", "-B", "merge", "good");
      await git("remote", "add", "origin", "https://gitlab.example.org/a/b.git");
      await Bun.write(join(repository, "ci.yml"), read("deploy/gitlab-ci.yml"));
      const job = {
        extends: ".echobench",
        variables: {
          ...{ ECHOBENCH_SERVER: `${process.execPath} service/server.mjs {port}` },
          ...{ ECHOBENCH_SETUP: "cp service/server.mjs.in service/server.mjs", ECHOBENCH_LOADS: "small" },
          ...{ ECHOBENCH_ROUNDS: "6", ECHOBENCH_DURATION: "100ms", ECHOBENCH_THRESHOLD: "900%" },
        },
      };
      await Bun.write(
        join(repository, ".gitlab-ci.yml"),
        JSON.stringify({ include: [{ local: "ci.yml" }], echobench: job }),
      );
      await git("add", "--force", "ci.yml", ".gitlab-ci.yml");
      const variables = {
        ...{ GITLAB_CI: "true", CI_PIPELINE_SOURCE: "merge_request_event", CI_MERGE_REQUEST_IID: "9" },
        ...{ CI_API_V4_URL: `${api.origin}/api/v4`, CI_PROJECT_ID: "5", GITLAB_TOKEN: "secret" },
        ...{ CI_MERGE_REQUEST_DIFF_BASE_SHA: await git("rev-parse", "good") },
        ...{ ECHOBENCH: `${process.execPath} ${join(root, "bin/echobench.ts")}` },
      };
      await using runner = new Program([
        ...[
          process.execPath,
          fileURLToPath(import.meta.resolve("gitlab-ci-local")),
          "--cwd",
          relative(root, repository),
        ],
        ...["--force-shell-executor", "--ignore-predefined-vars", Object.keys(variables).join(",")],
        ...Object.entries(variables).flatMap(([key, value]) => ["--variable", `${key}=${value}`]),
        "echobench",
      ]);
      const exitCode = await runner.exited(100_000);
      expect(runner.stdout + runner.stderr).toContain("json schema validated");
      // On a busy machine the rounds may be too unsteady for a verdict.
      const report = readFileSync(join(repository, "echobench/report.md"), "utf8");
      expect(exitCode).toBe(report.startsWith("## echobench: NO REGRESSION") ? 0 : 1);
      expect(api.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
        "GET /api/v4/projects/5/merge_requests/9/notes",
        "POST /api/v4/projects/5/merge_requests/9/notes",
      ]);
      expect(api.comments).toEqual([{ id: 1, body: `<!-- echobench: bench -->\n${report}` }]);
      const artifacts = join(repository, ".gitlab-ci-local/artifacts/echobench/echobench");
      for (const name of ["report.html", "junit.xml"]) expect(existsSync(join(artifacts, name))).toBe(true);
    },
    120_000,
  );
});
