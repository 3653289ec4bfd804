import { describe, expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "./fixtures/program.ts";

/** The examples of docs/api.md, by their headings. */
const examples = [...readFileSync("docs/api.md", "utf8").matchAll(/^## (.+?)$[^]*?^```ts\n([^]*?)^```$/gm)].map(
  ([, heading = "", code = ""]) => [heading, code] as const,
);

const fileFor = (heading: string, ending: string): string =>
  join(import.meta.dir, `api-example-${heading.toLowerCase().replaceAll(/\W+/g, "-")}${ending}`);

/** What each example has to print, in parts. */
const printed: Readonly<Record<string, readonly RegExp[]>> = {
  "A run": [/^pass \d+/m],
  "Rows while it runs": [/^\d+ ms: \d+ messages/m, /^interrupted$/m],
  "A threshold in a test": [/ 1 pass\n/],
  Probing: [/^true /m, /^false /m, /^fail$/m],
  Comparing: [/^messages\/s [\d.]+ \w/m],
  Errors: [/^conns "many": expected an integer/m],
};

describe.concurrent("the example of the API", () => {
  test.each(examples)("%p does what it says", async (heading, code) => {
    const isTest = code.includes("bun:test");
    const file = fileFor(heading, isTest ? ".test.ts" : ".ts");
    // This checkout instead of the package that it becomes.
    await Bun.write(file, code.replace('from "echobench"', 'from "../api/index.ts"'));
    try {
      const command = [process.execPath, ...(isTest ? ["test"] : []), file];
      const { stdout, stderr, exitCode } = await runTool(command, "");
      for (const part of printed[heading] ?? [/nothing is expected of this example/])
        expect(stdout + stderr).toMatch(part);
      expect(exitCode).toBe(0);
    } finally {
      rmSync(file);
    }
  });

  test("is there for everything that is expected", () => {
    expect(examples.map(([heading]) => heading)).toEqual(Object.keys(printed));
  });
});
