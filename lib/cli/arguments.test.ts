import { describe, expect, test } from "bun:test";
import { readArguments } from "./arguments.ts";
import { duration, flag, integer, list, operand, operands, outputFile, secret, text } from "./option-kinds.ts";
import { describeOptions } from "./option-spec.ts";

const specs = describeOptions({
  host: text("HOST", "a host").prefault("localhost"),
  conns: integer("N", 1).prefault(1),
  maxConns: integer("N", 1).optional(),
  ipv4: flag("4").prefault(false),
  verify: flag().prefault(true),
  noDelay: flag().prefault(true),
  json: outputFile().optional(),
  token: secret("TOKEN", "a secret").optional(),
  allow: list("CIDR", "a range", (each) => each).prefault([]),
  timeout: duration(0).prefault("5s"),
});

const read = (...argv: readonly string[]): Record<string, unknown> =>
  Object.fromEntries([...readArguments(argv, specs)].map(([key, { raw }]) => [key, raw]));

describe("readArguments", () => {
  test("reads values after a space and after an equals sign", () => {
    expect(read("--conns", "10", "--host=a=b")).toEqual({ conns: "10", host: "a=b" });
  });

  test("of an option that is given twice the last one counts, and a file may be given twice when it is the same", () => {
    expect(read("--conns", "1", "--conns=2", "-4", "--ipv4", "--verify", "--no-verify")).toEqual({
      conns: "2",
      ipv4: true,
      verify: false,
    });
    expect(read("--json", "--json", "-")).toEqual({ json: "-" });
  });

  test("flags: bare, short, switched off, with a word", () => {
    expect(read("--ipv4", "--no-verify")).toEqual({ ipv4: true, verify: false });
    expect(read("-4")).toEqual({ ipv4: true });
    expect(read("--no-delay", "off")).toEqual({ noDelay: "off" });
    expect(read("--no-delay=off")).toEqual({ noDelay: "off" });
    expect(read("--verify", "no", "--conns", "2")).toEqual({ verify: "no", conns: "2" });
  });

  test("an optional value may be omitted, whatever follows", () => {
    expect(read("--json")).toEqual({ json: "-" });
    expect(read("--json", "--conns", "2")).toEqual({ json: "-", conns: "2" });
    expect(read("--json", "file.json")).toEqual({ json: "file.json" });
    expect(read("--json", "-")).toEqual({ json: "-" });
  });

  test("a list collects its values", () =>
    expect(read("--allow", "a,b", "--allow", "c")).toEqual({ allow: ["a,b", "c"] }));

  test.each([
    [["--cons", "10"], '--cons "10": unknown flag; did you mean --conns?'],
    [["--max-con=10"], '--max-con "10": unknown flag; did you mean --max-conns?'],
    [["--xyz"], "--xyz: unknown flag"],
    [["-x"], "-x: unknown flag"],
    [["--conns"], "--conns: expected a value (N)"],
    [["--host", "--conns", "3"], "--host: expected a value (HOST), found --conns"],
    [["--no-verify=yes"], '--no-verify "yes": takes no value'],
    [["--no-conns"], "--no-conns: unknown flag; did you mean --conns?"],
    [["stray"], '"stray": unexpected word; every option starts with --, see --help'],
    [["--json", "a", "--json", "b"], '--json "b": expected once, found also --json "a"'],
    [["--json", "a", "--json"], '--json "-": expected once, found also --json "a"'],
    [["--token", "my", "word"], "***: unexpected word"],
    [["--token", "my", "--quiet", "word"], "--quiet: unknown flag"],
    [["--ipv4", "stray"], '"stray": unexpected word; every option starts with --, see --help'],
  ])("%p is an error", (argv, message) => {
    expect(() => readArguments(argv, specs)).toThrow(message);
  });
});

describe("a word that may be the value of the flag before it, or an operand", () => {
  const output = { json: outputFile().optional(), quiet: flag().prefault(false) };
  const targets = describeOptions({
    target: operands("HOST:PORT", "a target", String, (word) => /:\d/.test(word)),
    ...output,
  });
  const files = describeOptions({ base: operand("BASE", "a file"), ...output });

  test.each([
    [targets, ["--json", "127.0.0.1:1", "b:2"], '--json=127.0.0.1:1, or "127.0.0.1:1" before --json'],
    [targets, ["--json", "a:99999"], "--json=a:99999"],
    [targets, ["--json", "a:1-9"], "--json=a:1-9"],
    [files, ["--json", "package.json"], '--json=package.json, or "package.json" before --json'],
  ] as const)("is refused with both spellings: %#", (known, argv, message) => {
    expect(() => readArguments(argv, known)).toThrow(message);
  });

  test.each([
    [targets, ["--json", "out.json", "a:1"], { json: "out.json", target: ["a:1"] }],
    [targets, ["--json=a:1", "b:2"], { json: "a:1", target: ["b:2"] }],
    [targets, ["a:1", "--json"], { json: "-", target: ["a:1"] }],
    [targets, ["--quiet", "off", "--json", "-", "a:1"], { quiet: "off", json: "-", target: ["a:1"] }],
    [files, ["--json", "no-such.json", "package.json"], { json: "no-such.json", base: "package.json" }],
  ] as const)("is read where it is clear: %#", (known, argv, values) => {
    const given = [...readArguments(argv, known)].map(([key, { raw }]) => [key, raw]);
    expect(Object.fromEntries(given)).toEqual(values);
  });
});
