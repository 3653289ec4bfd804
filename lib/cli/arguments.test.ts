import { describe, expect, test } from "bun:test";
import { readArguments } from "./arguments.ts";
import { duration, flag, integer, list, outputFile, text } from "./option-kinds.ts";
import { describeOptions } from "./option-spec.ts";

const specs = describeOptions({
  host: text("HOST", "a host").prefault("localhost"),
  conns: integer("N", 1).prefault(1),
  maxConns: integer("N", 1).optional(),
  ipv4: flag("4").prefault(false),
  verify: flag().prefault(true),
  noDelay: flag().prefault(true),
  json: outputFile().optional(),
  allow: list("CIDR", "a range", (each) => each).prefault([]),
  timeout: duration(0).prefault("5s"),
});

const read = (...argv: readonly string[]): Record<string, unknown> =>
  Object.fromEntries([...readArguments(argv, specs)].map(([key, { raw }]) => [key, raw]));

describe("readArguments", () => {
  test("reads values after a space and after an equals sign", () => {
    expect(read("--conns", "10", "--host=a=b")).toEqual({ conns: "10", host: "a=b" });
  });

  test("the last of two wins", () => expect(read("--conns", "1", "--conns", "2")).toEqual({ conns: "2" }));

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
    [["--ipv4", "stray"], '"stray": unexpected word; every option starts with --, see --help'],
  ])("%p is an error", (argv, message) => {
    expect(() => readArguments(argv, specs)).toThrow(message);
  });
});
