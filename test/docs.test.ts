import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { generateDocs } from "../docs/generate.ts";
import { version } from "../lib/version.ts";

const root = join(import.meta.dir, "..");
const read = (name: string): string => readFileSync(join(root, name), "utf8");

test("the generated pages are what `bun run docs` writes now", async () => {
  for (const [name, text] of await generateDocs()) expect(read(`docs/${name}`)).toBe(text);
});

test("links between the pages lead somewhere", () => {
  for (const page of [...new Glob("{*.md,docs/*.md}").scanSync(root)]) {
    for (const [, target = ""] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(`${page}: ${target} ${existsSync(join(root, dirname(page), target))}`).toBe(`${page}: ${target} true`);
    }
  }
});

test("package.json, README, .ci/run and Dockerfile agree on the version of Bun and of echobench", () => {
  const pinned = JSON.parse(read("package.json")).devDependencies.bun;
  expect(new Set(read("README.md").match(/bun@[\d.]+/g))).toEqual(new Set([`bun@${pinned}`]));
  for (const name of [".ci/run", "Dockerfile"]) {
    expect(new Set(read(name).match(/bun@[\d.]+/g))).toEqual(new Set([`bun@${pinned}`]));
  }
  expect(read("CHANGELOG.md")).toContain(`## ${version}`);
});

test("the workflows use actions at a commit only, not at a tag that can be moved", () => {
  const workflows = [...new Glob(".github/workflows/*.yml").scanSync({ cwd: root, dot: true })];
  const used = workflows.flatMap((name) => [...read(name).matchAll(/uses: (\S+)/g)].map(([, action]) => action));
  expect(used.length).toBeGreaterThan(2);
  for (const action of used) expect(action).toMatch(/@[0-9a-f]{40}$/);
});
