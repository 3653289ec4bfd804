import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { describeOptions } from "./option-spec.ts";
import { choice, configFile, duration, flag, integer, list, secret, size, text } from "./option-kinds.ts";
import { renderConfig } from "./render-config.ts";
import { resolveOptions } from "./resolve-options.ts";

const shape = {
  host: text("HOST", "a host").prefault("127.0.0.1"),
  port: integer("PORT", 0, 65_535).prefault(7878),
  maxConns: integer("N", 1).optional(),
  grace: duration(0).prefault("5s"),
  buffer: size(1, 2 ** 30, "1 GiB").optional(),
  verify: flag().prefault(true),
  mode: choice(["echo", "stream"]).prefault("echo"),
  allow: list("CIDR", "a network", (each) => each).prefault([]),
  adminToken: secret("TOKEN", "a secret").optional(),
  config: configFile(),
};
const specs = describeOptions(shape);
const resolve = (argv: string[], environment: Record<string, string> = {}) =>
  resolveOptions(z.object(shape), specs, { program: "echo-server", argv, environment });

const folder = mkdtempSync(join(tmpdir(), "echobench-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

test("every option is shown with its origin", () => {
  const file = write("a.toml", 'grace = "9s"\nport = 1\n');
  const argv = ["--config", file, "--allow", "10.0.0.0/8,::1", "--no-verify", "--admin-token", "topsecret"];
  const { given } = resolve(argv, { ECHO_SERVER_PORT: "80" });
  const shown = renderConfig("echo-server", specs, given);
  expect(shown.split("\n").map((line) => line.replaceAll(/ {2,}/g, " "))).toEqual([
    "# echo-server: the options in effect",
    'host = "127.0.0.1" # default',
    "port = 80 # ECHO_SERVER_PORT",
    "# max-conns = # not given",
    `grace = "9s" # ${file}`,
    "# buffer = # not given",
    "verify = false # --no-verify",
    'mode = "echo" # default',
    'allow = ["10.0.0.0/8,::1"] # --allow',
    "# admin-token = (hidden) # --admin-token",
  ]);
});

test("what is shown, read as a config file, gives the same options", () => {
  const argv = ["--buffer", "64k", "--max-conns", "7", "--verify", "off", "--mode=stream", "--allow", "::1"];
  const { options, given } = resolve([...argv, "--host", 'a"b\\c\u007f'], { ECHO_SERVER_GRACE: "1m" });
  const file = write("b.toml", renderConfig("echo-server", specs, given));
  expect(resolve(["--config", file]).options).toEqual({ ...options, config: file });
});
