import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { generateDocs, generateLintConfig } from "../docs/generate.ts";
import { commandTopics } from "../bin/command-topics.ts";
import { completeCommand } from "../bin/completion/completed-command.ts";
import { asEchobench } from "../lib/invocation.ts";
import { generatePayload } from "../lib/payload/generated-payload.ts";
import { PayloadTable } from "../lib/payload/payload-table.ts";
import { version } from "../lib/version.ts";

const root = join(import.meta.dir, "..");
const read = (name: string): string => readFileSync(join(root, name), "utf8");

test("the generated pages are what `bun run docs` writes now", async () => {
  for (const [name, text] of await generateDocs()) expect(read(`docs/${name}`)).toBe(text);
});

test("the linter holds the rooms as docs/architecture.md draws them; `bun run docs` writes its rules", async () => {
  expect(await generateLintConfig()).toEqual(JSON.parse(read(".oxlintrc.json")));
});

// Two patterns: Bun 1.4.5 finds nothing for `{*.md,docs/*.md}`.
const pages = ["*.md", "docs/**/*.md"].flatMap((pattern) => [...new Glob(pattern).scanSync(root)]);

/** A page without its blocks of code, which may hold what looks like a heading or a link. */
const prose = (page: string): string => read(page).replaceAll(/^```.*?^```/gms, "");

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (page: string): readonly string[] =>
  [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );

test("the random payload is the one that docs/protocol.md describes", () => {
  const page = read("docs/protocol.md");
  const [, seedFactor, placeFactor] = /SEED \* (0x\w+) \+ \(i - i mod 4\) \* (0x\w+)\)/.exec(page) ?? [];
  const [, added] = /z = s \+ (0x\w+)/.exec(page) ?? [];
  const rounds = [...page.matchAll(/z = \(z xor \(z >> (\d+)\)\) \* (0x\w+)/g)];
  const mix32 = (s: number): number => {
    const mixed = rounds.reduce(
      (z, [, shift, factor]) => Math.imul(z ^ (z >>> Number(shift)), Number(factor)),
      (s + Number(added)) | 0,
    );
    return mixed ^ (mixed >>> 15);
  };
  const byteAt = (seed: number, i: number): number => {
    const word = mix32(Math.imul(seed, Number(seedFactor)) + Math.imul(i - (i % 4), Number(placeFactor)));
    return (word >>> (8 * (i % 4))) & 255;
  };
  const seed = 4_000_000_000;
  const sent = new PayloadTable(generatePayload("random", seed)).copy(1_000_000, 100);
  expect([...sent]).toEqual(Array.from({ length: 100 }, (_, i) => byteAt(seed, 1_000_000 + i)));
});

describe("every relative link leads to a file and, with an anchor, to a heading of it", () => {
  test("there are pages", () => expect(pages.length).toBeGreaterThan(8));

  test.each(pages)("%s", (page) => {
    for (const [, path = "", anchor] of prose(page).matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)) {
      const target = path === "" ? page : join(dirname(page), path);
      expect([target, existsSync(join(root, target))]).toEqual([target, true]);
      if (anchor !== undefined) expect(anchorsOf(target)).toContain(anchor);
    }
  });
});

const program = String.raw`(?:echobench(?= [a-z-])|bun run (?:server|client|bench))`;

/** The commands that a page shows: a line of code, or code within a sentence. */
const commandsOf = (page: string): readonly string[] =>
  [...read(page).matchAll(new RegExp(`^(?:\\$ |for .*; do )?(${program} .*)$|\`(${program} [^\`]*)\``, "gm"))].map(
    ([, line, span]) =>
      asEchobench(line ?? span ?? "")
        .replace(/'[^']*'/g, "VALUE")
        .replace(/\s+#.*|;.*/s, ""),
  );

describe("every command that a page shows is one, with options that it has", async () => {
  const topics = (await commandTopics()).toSorted((one, other) => other.words.length - one.words.length);
  const known = topics.map(({ words, topic }) => completeCommand(words, topic));

  test.each(["README.md", ...pages.filter((page) => page.startsWith("docs/") && page !== "docs/cli.md")])(
    "%s",
    (page) => {
      for (const command of commandsOf(page)) {
        const [, ...words] = command.split(/\s+/);
        const found = known.find((each) => each.words.every((word, i) => word === words[i]));
        if (words[0]?.startsWith("--")) continue;
        expect([command, found?.words[0]]).toEqual([command, words[0]]);
        const flags = found?.options.flatMap(({ flag, short }) => [flag, `-${short}`]);
        for (const flag of words.filter((word) => /^--?[a-z]/.test(word))) {
          expect([command, flags]).toEqual([command, expect.arrayContaining([flag])]);
        }
      }
    },
  );

  test("README and recipes show many", () => {
    expect(commandsOf("README.md").length).toBeGreaterThan(6);
    expect(commandsOf("docs/recipes.md").length).toBeGreaterThan(40);
  });
});

test("package.json, README, .ci/run, Dockerfile, the release and action.yml agree on the version of Bun and of echobench", () => {
  const pinned = JSON.parse(read("package.json")).dependencies.bun;
  expect(new Set(read("README.md").match(/bun@[\d.]+/g))).toEqual(new Set([`bun@${pinned}`]));
  for (const name of [".ci/run", "Dockerfile", ".github/workflows/release.yml", "action.yml"]) {
    expect(new Set(read(name).match(/bun@[\d.]+/g))).toEqual(new Set([`bun@${pinned}`]));
  }
  expect(read("CHANGELOG.md")).toContain(`## ${version}`);
});

test("the workflows use actions at a commit only, not at a tag that can be moved", () => {
  const workflows = [...new Glob(".github/workflows/*.yml").scanSync({ cwd: root, dot: true })];
  const files = [...workflows, "action.yml"];
  const used = files.flatMap((name) => [...read(name).matchAll(/uses: (\S+)/g)].map(([, action]) => action));
  const others = used.filter((action) => action !== "./");
  expect(others.length).toBeGreaterThan(2);
  for (const action of others) expect(action).toMatch(/@[0-9a-f]{40}$/);
});
