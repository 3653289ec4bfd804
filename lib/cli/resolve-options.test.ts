import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { choice, configFile, duration, flag, integer, list, repeatable, size } from "./option-kinds.ts";
import { describeOptions } from "./option-spec.ts";
import { resolveOptions } from "./resolve-options.ts";

const shape = {
  port: integer("PORT", 0, 65_535).prefault(7878),
  maxConns: integer("N", 1).optional(),
  grace: duration(0).prefault("5s"),
  buffer: size(1, 2 ** 30, "1 GiB").optional(),
  quiet: flag().prefault(false),
  allow: list("CIDR", "a digit", (text) => (/^\d$/.test(text) ? Number(text) : undefined)).prefault([]),
  label: repeatable("KEY=VALUE", "key=value", (text) => (text.includes("=") ? text : undefined)).prefault([]),
  logFormat: choice(["text", "json"]).prefault("text"),
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
    expect(resolve([])).toEqual({ port: 7878, grace: 5_000, quiet: false, allow: [], label: [], logFormat: "text" });
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
    ["self.toml", 'config = "other.toml"', "config: unknown key"],
    ["broken.toml", "port = ", 'broken.toml": '],
    ["broken.json", "{", 'broken.json": '],
    ["list.json", "[]", "expected keys with values at the top level"],
    ["table.toml", "port = { a = 1 }", "expected an integer from 0 to 65535"],
    ["odd.ini", "port = 1", "expected a file that ends in .toml, .yaml or .json"],
  ])("%s is an error", (name, content, message) => {
    expect(() => resolve(["--config", file(name, content)])).toThrow(message);
  });
});

test("a value that may contain commas is repeated instead, and a wrong one is named whole", () => {
  expect(resolve(["--label", "a=1,2", "--label", "b=3"]).label).toEqual(["a=1,2", "b=3"]);
  expect(() => resolve(["--label", "a=1,2", "--label", "b,c"])).toThrow('--label "b,c": expected key=value');
});
