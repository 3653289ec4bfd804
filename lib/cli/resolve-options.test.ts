import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { choice, configFile, duration, flag, integer, list, repeatable, size, text } from "./option-kinds.ts";
import { describeOptions } from "./option-spec.ts";
import { resolveOptions, strayVariables } from "./resolve-options.ts";

const shape = {
  port: integer("PORT", 0, 65_535).prefault(7878),
  maxConns: integer("N", 1).optional(),
  grace: duration(0).prefault("5s"),
  buffer: size(1, 2 ** 30, "1 GiB").optional(),
  quiet: flag().prefault(false),
  allow: list("CIDR", "a digit", (word) => (/^\d$/.test(word) ? Number(word) : undefined)).prefault([]),
  label: repeatable("KEY=VALUE", "key=value", (word) => (word.includes("=") ? word : undefined)).prefault([]),
  logFormat: choice(["text", "json"]).prefault("text"),
  host: text("HOST", "a host").prefault("localhost"),
  config: configFile(),
};
const folder = mkdtempSync(join(tmpdir(), "echobench-options-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const resolve = (argv: readonly string[], environment: Record<string, string> = {}) =>
  resolveOptions(z.object(shape), describeOptions(shape), { program: "echo-server", argv, environment }).options;

describe("resolveOptions", () => {
  test("returns defaults, parsed like any other value", () => {
    expect(resolve([])).toEqual({
      port: 7878,
      grace: 5_000,
      quiet: false,
      allow: [],
      label: [],
      logFormat: "text",
      host: "localhost",
    });
  });

  test.each([
    ["a.toml", 'port = 1\nmax-conns = 2\ngrace = "1s"\nquiet = true\nallow = ["1", "2,3"]\n'],
    ["a.yaml", "port: 1\nmax-conns: 2\ngrace: 1s\nquiet: true\nallow: ['1', '2,3']\n"],
    ["a.json", '{ "port": 1, "max-conns": 2, "grace": "1s", "quiet": true, "allow": ["1", "2,3"] }'],
  ])("reads %s", (name, content) => {
    const options = resolve(["--config", file(name, content)]);
    expect(options).toMatchObject({ port: 1, maxConns: 2, grace: 1_000, quiet: true, allow: [1, 2, 3] });
  });

  test("flags win over the environment, the environment over the file, the file over the default", () => {
    const config = file("order.toml", 'port = 1\nmax-conns = 1\nbuffer = "1k"\n');
    const environment = { ECHO_SERVER_CONFIG: config, ECHO_SERVER_PORT: "2", ECHO_SERVER_MAX_CONNS: "2" };
    expect(resolve(["--port", "3"], environment)).toMatchObject({ port: 3, maxConns: 2, buffer: 1_024, grace: 5_000 });
  });

  test("an empty environment variable counts as unset", () => {
    expect(resolve([], { ECHO_SERVER_PORT: "" }).port).toBe(7878);
  });

  test("refuses a contradiction on one command line, and lets flags win over another source", () => {
    const conflicts = [["port", ["buffer", "quiet"]]] as const;
    const resolveWith = (argv: readonly string[], environment: Record<string, string>) =>
      resolveOptions(z.object(shape), describeOptions(shape), { program: "echo-server", argv, environment, conflicts })
        .options;
    expect(() => resolveWith(["--port", "1", "--quiet"], {})).toThrow('--quiet: expected without --port "1"');
    expect(resolveWith(["--port", "1"], { ECHO_SERVER_QUIET: "on" })).toMatchObject({ port: 1, quiet: true });
  });

  test("names every wrong value, and where it was given", () => {
    const config = file("wrong.toml", 'grace = "soon"\n');
    const wrong = () => resolve(["--config", config, "--max-conns", "0", "--allow", "1,x"], { ECHO_SERVER_PORT: "x" });
    expect(wrong).toThrow('--max-conns "0": expected an integer of at least 1');
    expect(wrong).toThrow('ECHO_SERVER_PORT "x": expected an integer from 0 to 65535');
    expect(wrong).toThrow(`${config}: grace "soon": expected a duration such as 500ms, 30s or 2m`);
    expect(wrong).toThrow('--allow "x": expected a digit');
  });

  test.each([
    ["typo.toml", "max-con = 1", "max-con: unknown key; did you mean max-conns?"],
    ["self.toml", 'config = "other.toml"', "config: unknown key; a config file cannot name another"],
    ["broken.toml", "port = ", 'broken.toml": '],
    ["broken.json", "{", 'broken.json": '],
    ["list.json", "[]", "expected keys with values at the top level"],
    ["day.toml", "port = 2026-01-02", 'port "2026-01-02": expected an integer'],
    ["date.toml", "port = 2026-01-02T03:04:05Z", 'port "2026-01-02T03:04:05Z": expected an integer'],
    ["table.toml", "port = { a = 1 }", "expected an integer from 0 to 65535"],
    ["odd.ini", "port = 1", "expected a file that ends in .toml, .yaml or .json"],
    ["twice.yaml", "port: 1\nmax-conns: 2\nport: 3\n", "port: expected once, found twice"],
    ["twice-flow.yaml", "{ port: 1, 'port': 3 }", "port: expected once, found twice"],
    ["twice.json", '{\n\t"port": 1,\n\t"label": ["a=port:"],\n\t"port": 3 }', "port: expected once, found twice"],
    ["cycle.yaml", "port: &a [*a]", "port [[...]]: expected an integer"],
    ["cycle-map.yaml", "port: &a { x: *a }", "port {...}: expected an integer"],
    ["cycle-list.yaml", "label: &a [*a]", 'label [[...]] "[[...]]": expected key=value'],
    ["map-list.yaml", "label: [{ a: 1 }]", 'label [{...}] "{...}": expected key=value'],
    ["deep.yaml", `port: ${"[".repeat(20_000)}${"]".repeat(20_000)}`, "its values are nested too deeply"],
    ["deep.json", `{ "port": ${"[".repeat(200_000)}${"]".repeat(200_000)} }`, "deep.json"],
    ["deep.toml", `port = ${"[".repeat(200_000)}`, "its values are nested too deeply"],
    ["inf.yaml", "port: .inf", 'port ".inf": expected an integer'],
    ["nan.yaml", "port: .nan", 'port ".nan": expected an integer'],
    ["nan.toml", "port = nan", "port NaN: expected an integer"],
    ["large.yaml", "max-conns: 9007199254740993", 'max-conns "9007199254740993": expected an integer from 1 to'],
    ["unquoted.yaml", "host: 0123", "host 123: expected a host, in quotes"],
    ["secret.toml", "host = my secret", "Strings must be quoted: ***"],
    ["secret.json", '{ "host": mysecret }', "Unexpected identifier ***"],
    ["tag.yaml", "host: !mysecret x", 'tag.yaml": Unresolved tag at line 1, column 7'],
    ["alias.yaml", "host: *mysecret", 'alias.yaml": Unresolved alias (the anchor must be set before the alias)'],
    ["escape.yaml", 'host: "a\\qb"', "Invalid escape sequence at line 1"],
    ["twice.toml", "port = 1\nport = 3", "Cannot redefine key 'port'"],
    ["two.yaml", "port: 1\n---\nport: 3\n", "expected one document, found several at line 2"],
    ["tag.yaml", "port: !!js/function x", "Unresolved tag"],
    ["proto.json", '{ "__proto__": 1 }', "__proto__: unknown key"],
    ["proto.yaml", "__proto__: 1", "__proto__: unknown key"],
    ["proto.toml", "__proto__ = 1", "__proto__: unknown key"],
    ["constructor.json", '{ "constructor": 1 }', "constructor: unknown key"],
    ["comment.json", '{ "port": 1 } // no', 'comment.json": '],
    ["scalar.yaml", "port", "expected keys with values at the top level"],
    ["null.json", '{ "port": null }', "port null: expected an integer"],
    ["array.json", '{ "port": [1] }', "port [1]: expected an integer"],
    ["nested.json", '{ "label": [["a=b"]] }', "expected key=value"],
    ["object.json", '{ "label": { "a": "b" } }', "expected key=value"],
    ["boolean.json", '{ "host": true }', "host true: expected a host"],
    ["float.toml", "port = 1.5", "port 1.5: expected an integer"],
    ["inf.toml", "max-conns = inf", "expected an integer"],
    ["large.json", '{ "max-conns": 9007199254740993 }', "expected an integer from 1 to 9007199254740991"],
    ["huge.toml", `# ${"x".repeat(2 ** 20)}`, "expected a file of at most 1 MiB"],
  ])("%s is an error", (name, content, message) => {
    expect(() => resolve(["--config", file(name, content)])).toThrow(message);
  });
});

describe("a config file of another system is read", () => {
  test.each([
    ["mark.json", '\uFEFF{ "port": 1 }'],
    ["mark.yaml", "\uFEFFport: 1\n"],
    ["mark.toml", "\uFEFFport = 1\n"],
    ["lines.json", '{\r\n"port": 1\r\n}\r\n'],
    ["lines.yaml", "port: 1\r\nmax-conns: 2\r\n"],
    ["lines.toml", "port = 1\r\nmax-conns = 2\r\n"],
    ["merge.yaml", "<<: { max-conns: 2 }\nport: 1\n"],
  ])("%s", (name, content) => expect(resolve(["--config", file(name, content)]).port).toBe(1));

  test.each(["empty.json", "empty.yaml", "empty.toml"])("%s holds no options", (name) => {
    expect(resolve(["--config", file(name, "\r\n")]).port).toBe(7878);
  });
});

test("what a parser says of a broken file quotes no value", () => {
  for (const [name, content] of [
    ["a.toml", "host = mysecret"],
    ["a.toml", "host = 'mysecret\n"],
    ["a.toml", "host = mysecret'x'"],
    ["a.json", '{ "host": mysecret }'],
    ["a.json", '{ "host": "mysecret" "mysecret" }'],
    ["a.json", "{ \"host\": 'mysecret' }"],
    ["a.yaml", "host: *mysecret"],
    ["a.yaml", "host: !mysecret x"],
    ["a.yaml", "host: @mysecret"],
    ["a.yaml", "host: !!mysecret [a]"],
    ["a.yaml", 'host: "mysecret'],
    ["a.yaml", "host: a: mysecret"],
    ["a.yaml", "%mysecret\n---\nport: 1"],
    ["a.yaml", 'host: "a" mysecret'],
  ] as const) {
    const read = () => resolve(["--config", file(name, content)]);
    expect(read).toThrow(name);
    expect(read).not.toThrow("mysecret");
  }
});

test("a config file is named as it was given", () => {
  const variable = { ECHO_SERVER_CONFIG: "/no/such.toml" };
  expect(() => resolve([], variable)).toThrow(/^ECHO_SERVER_CONFIG "\/no\/such.toml": no such file$/);
  expect(() => resolve(["--config", "/no/such.toml"], variable)).toThrow(/^--config /);
});

test.each([
  [100, "a duration of at least 100ms such as 500ms, 30s or 2m"],
  [1_000, "a duration of at least 1s such as 30s or 2m"],
  [60_000, "a duration of at least 1m such as 2m"],
])("the examples of a duration of at least %p ms are valid", (minMs, message) => {
  const timing = { time: duration(minMs).prefault("1h") };
  const sources = { program: "echo-server", argv: ["--time", "1ms"], environment: {} };
  expect(() => resolveOptions(z.object(timing), describeOptions(timing), sources)).toThrow(`expected ${message}`);
});

test("a duration and a size that are too large are told the largest", () => {
  expect(() => resolve(["--grace", "99999999999h"])).toThrow("expected a duration of at most 2501999792h");
  for (const large of ["2g", "9007199254740993", "9".repeat(400)]) {
    expect(() => resolve(["--buffer", large])).toThrow("expected a size from 1 to 1 GiB");
  }
});

test("the largest integer is named when one is larger", () => {
  expect(() => resolve(["--max-conns", "9007199254740993"])).toThrow("expected an integer from 1 to 9007199254740991");
  for (const wrong of ["-1", "", "0x10", "1e3", "1_000", "1.0", "∞"]) {
    expect(() => resolve([`--max-conns=${wrong}`])).toThrow("expected an integer of at least 1");
  }
  expect(resolve(["--max-conns", "1,000"]).maxConns).toBe(1_000);
});

test("a variable that is almost an option is named, but not its value", () => {
  const known = new Set(["ECHO_SERVER_MAX_CONNS", "ECHO_SERVER_PORT", "ECHO_CLIENT_CONNS"]);
  const environment = {
    ECHO_SERVER_MAX_CONN: "secret",
    ECHO_SERVER_PORT: "1",
    ECHO_SERVER_EMPTY: "",
    ECHO_CLIENT_CONN: "3",
    HOME: "/",
  };
  expect(strayVariables("echo-server", environment, known)).toEqual([
    "ECHO_SERVER_MAX_CONN: ignored, no option has this variable; did you mean ECHO_SERVER_MAX_CONNS?",
  ]);
  expect(strayVariables("echo-client probe", { ECHO_CLIENT_X_Y_Z_LONG_NAME: "1" }, known)).toEqual([
    "ECHO_CLIENT_X_Y_Z_LONG_NAME: ignored, no option has this variable",
  ]);
});

test("a value that may contain commas is repeated instead, and a wrong one is named whole", () => {
  expect(resolve(["--label", "a=1,2", "--label", "b=3"]).label).toEqual(["a=1,2", "b=3"]);
  expect(() => resolve(["--label", "a=1,2", "--label", "b,c"])).toThrow('--label "b,c": expected key=value');
});
