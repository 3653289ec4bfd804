import { describe, expect, test } from "bun:test";
import { harmless, toJson, toToml, visible, visibleLines } from "./harmless.ts";

/** Characters that act on a terminal or cannot be seen, by kind. */
const kinds: Readonly<Record<string, string>> = {
  "escape sequences": "\u001b[2J\u001b]0;title\u0007",
  "C0 controls": "\0\b\v\f\r\n\t\u007f",
  "C1 controls": "\u0080\u0085\u009b31m\u009d\u009f",
  "bidirectional overrides": "\u202a\u202e\u2066\u2069\u200e\u200f\u061c",
  "zero-width characters": "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u3164\ufe0f",
  "line separators": "\u2028\u2029",
  "lone surrogates": "\ud800x\udfff",
  noncharacters: "\ufffe\uffff\u{1fffe}",
  "private characters": "\ue000\u{f0000}",
  tags: "\u{e0041}\u{e007f}",
};

const printable = /^[\u0020-\u007e]*$/;

describe.each(Object.entries(kinds))("%s", (_kind, text) => {
  test("are visible in text, once and for all", () => {
    expect(visible(text)).toMatch(printable);
    expect(visible(visible(text))).toBe(visible(text));
  });

  test("are visible in text of several lines", () => {
    for (const line of visibleLines(text).split("\n")) expect(line).toMatch(printable);
  });

  test("are visible in data, in names of fields too", () => {
    const data = harmless({ list: [text, { [text]: text }], number: 1, nothing: null, missing: undefined });
    expect(Object.keys(data.list[1] ?? {})).toEqual([visible(text)]);
    expect(JSON.stringify(data)).toMatch(printable);
  });

  test("are visible in JSON, which still means the same", () => {
    const data = { [text]: [text] };
    expect(toJson(data)).toMatch(printable);
    expect(JSON.parse(toJson(data))).toEqual(data);
    expect(JSON.parse(toJson(data, 2))).toEqual(data);
  });

  test("are visible in TOML, which still means the same", () => {
    expect(toToml(text)).toMatch(printable);
    if (text.isWellFormed()) expect(Bun.TOML.parse(`x = ${toToml(text)}`)).toEqual({ x: text });
  });
});

test("text that can be seen stays as it is, whatever its script", () => {
  for (const text of ["", "a b", "Zürich", "東京", "שלום", "😀", "é", "\u00a0µ–…", '<>&"\\']) {
    expect([visible(text), harmless(text), visibleLines(`${text}\n`)]).toEqual([text, text, `${text}\n`]);
  }
});

test("each character has an escape that says which it is", () => {
  expect(visible("a\u001b\n\u202e\u{e0041}")).toBe("a\\x1b\\n\\u{202e}\\u{e0041}");
});

test("data keeps instances of classes, a field named __proto__ and objects without a prototype", () => {
  const date = new Date(0);
  const parsed = JSON.parse('{"__proto__": "\\u0007"}') as object;
  const bare = Object.assign(Object.create(null) as { cn?: string }, { cn: "\u0007" });
  const kept = harmless({ date, parsed, bare });
  expect(kept.date).toBe(date);
  expect(Object.entries(kept.parsed)).toEqual([["__proto__", "\\x07"]]);
  expect(kept.bare).toEqual({ cn: "\\x07" });
});

test("data that is nested without end is cut", () => {
  const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`) as unknown;
  expect(JSON.stringify(harmless(deep)).length).toBeLessThan(1_000);
});
