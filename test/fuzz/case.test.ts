import { expect, test } from "bun:test";
import { drawCase, type Source } from "./case.ts";
import { fuzzedCommands } from "./commands.ts";
import { placeholders } from "./material.ts";
import { optionsIn } from "./options.ts";

const help = `
Load
  --conns N               connections to open (default: 1)
  -4, --ipv4              use only IPv4 addresses of the host
  --json [FILE]           write the result as JSON to FILE
`;

const source: Source = {
  material: new Map(Object.values(placeholders).map((name) => [name, '{"a":[1,{"b":2}]}'])),
  port: 7_878,
  options: fuzzedCommands.map(() => optionsIn(help)),
};

test("reads the options from help, with what it calls their values", () => {
  expect(optionsIn(help)).toEqual([
    { flag: "--conns", hint: "N" },
    { flag: "--ipv4" },
    { flag: "--json", hint: "[FILE]" },
  ]);
});

test("draws the same case again for the same seed and number, and others for others", () => {
  const draw = (seed: number): unknown[] => Array.from({ length: 50 }, (_, i) => drawCase(source, seed, i));
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test("draws every command, and damaged files", () => {
  const drawn = Array.from({ length: 2_000 }, (_, i) => drawCase(source, 3, i));
  const lines = drawn.map(({ words }) => words.join(" "));
  for (const { words } of fuzzedCommands) expect(lines.some((line) => line.startsWith(words.join(" ")))).toBe(true);
  const contents = drawn
    .flatMap(({ files }) => [...files.values()])
    .map((content) => new TextDecoder().decode(content));
  expect(new Set(contents).size).toBeGreaterThan(100);
  expect(lines.some((line) => line.includes("{"))).toBe(false);
});

test("gives no process a word that it cannot have", () => {
  const drawn = Array.from({ length: 2_000 }, (_, i) => drawCase(source, 4, i));
  for (const { words, environment } of drawn) {
    expect([...words, ...Object.values(environment)].some((word) => word.includes("\0"))).toBe(false);
  }
});
