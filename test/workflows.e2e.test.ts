import { describe, expect, test } from "bun:test";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { parse } from "yaml";
import { version } from "../lib/version.ts";
import { runTool } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

const root = join(import.meta.dir, "..");

interface Step {
  readonly name?: string;
  readonly run?: string;
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[]; readonly permissions?: unknown }>>;
}

const files = [...new Glob(".github/workflows/*.yml").scanSync({ cwd: root, dot: true })];
const readWorkflow = (file: string): Workflow => parse(readFileSync(join(root, file), "utf8")) as Workflow;
const scriptsOf = ({ jobs }: Workflow): string[] =>
  Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => (run === undefined ? [] : [run])));

test.each(files)("the scripts of %s are bash, and contain nothing that others may have written", async (file) => {
  for (const script of scriptsOf(readWorkflow(file))) {
    expect(await runTool(["bash", "-n"], script)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(script).not.toContain("${{");
  }
});

// The runner starts them with -e.
testWith("shellcheck")("shellcheck has no complaint about the scripts of workflows and of .ci/run", async () => {
  const scripts = files.flatMap((file) => scriptsOf(readWorkflow(file)));
  expect(scripts).not.toBeEmpty();
  for (const script of [...scripts, readFileSync(join(root, ".ci/run"), "utf8")]) {
    const { exitCode, stdout } = await runTool(["shellcheck", "--shell=bash", "-"], `set -e\n${script}`);
    expect(stdout).toBe("");
    expect(exitCode).toBe(0);
  }
});

describe("the release", () => {
  const release = readWorkflow(".github/workflows/release.yml");
  const steps = Object.values(release.jobs).flatMap((job) => job.steps);

  /** Runs a step in a folder, as the runner does. */
  async function runStep(name: string, folder: string, tag: string) {
    const script = steps.find((step) => step.name === name)?.run ?? "exit 99";
    const variables = { GITHUB_REF_NAME: tag, GITHUB_SERVER_URL: "https://git.example", GITHUB_REPOSITORY: "some/one" };
    const assigned = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
    return runTool(["env", "-C", folder, ...assigned, "bash", "-e", "-c", script], "");
  }

  test("gives a job only the rights that it needs", () => {
    expect(release.permissions).toEqual({ contents: "read" });
    const rights = Object.entries(release.jobs).map(([name, job]) => [name, job.permissions]);
    expect(Object.fromEntries(rights)).toEqual({
      check: undefined,
      executables: { contents: "write" },
      npm: { contents: "read", "id-token": "write" },
    });
  });

  testWith("node")("is for a tag that is the version", async () => {
    const name = "The tag is the version of package.json";
    expect((await runStep(name, root, `v${version}`)).exitCode).toBe(0);
    expect((await runStep(name, root, "v0.0.1")).exitCode).toBe(1);
  });

  test("has notes: the version's part of the changelog", async () => {
    using folder = new TemporaryFolder();
    copyFileSync(join(root, "CHANGELOG.md"), folder.join("CHANGELOG.md"));
    const name = "The notes are this version's part of the changelog";
    expect((await runStep(name, folder.path, `v${version}`)).exitCode).toBe(0);
    const notes = readFileSync(folder.join("notes.md"), "utf8");
    expect(notes.trim()).toStartWith("### Features");
    expect(notes).not.toContain("## Unreleased");
    expect((await runStep(name, folder.path, "v0.0.1")).exitCode).toBe(1);
  });

  testWith("npm")("names the repository that it runs in", async () => {
    using folder = new TemporaryFolder();
    copyFileSync(join(root, "package.json"), folder.join("package.json"));
    const named = await runStep("The package names the repository that it comes from", folder.path, `v${version}`);
    expect(named.exitCode).toBe(0);
    expect(JSON.parse(readFileSync(folder.join("package.json"), "utf8"))).toMatchObject({
      name: "echobench",
      repository: { type: "git", url: "git+https://git.example/some/one.git" },
      homepage: "https://git.example/some/one#readme",
      bugs: { url: "https://git.example/some/one/issues" },
    });
  });
});
