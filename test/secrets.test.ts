import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { checkClientOptions } from "../client/options/option-checks.ts";
import { clientOptions, clientSections } from "../client/options/options.ts";
import { describeOptions, type OptionSections } from "../lib/cli/option-spec.ts";
import { resolveOptions } from "../lib/cli/resolve-options.ts";
import { UsageError } from "../lib/errors.ts";
import { serverOptions, serverSections } from "../server/options.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const SECRET = "s3same0pen";

type Environment = Readonly<Record<string, string>>;

const specsOf = (sections: OptionSections) => Object.values(sections).flatMap(describeOptions);

function client(argv: readonly string[], environment: Environment): void {
  const sources = { program: "echo-client", argv, environment };
  checkClientOptions(resolveOptions(clientOptions, specsOf(clientSections), sources).options);
}

function server(argv: readonly string[], environment: Environment): void {
  resolveOptions(serverOptions, specsOf(serverSections), { program: "echo-server", argv, environment });
}

/** The message of the error for people that an action throws. */
function usageError(action: () => void): string {
  try {
    action();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "no error";
}

describe("a message about wrong usage does not show the secret", () => {
  const file = (name: string, text: string): string => {
    writeFileSync(folder.join(name), text);
    return folder.join(name);
  };

  const spaced = `${SECRET} ü`;

  test.each<[string, typeof client, readonly string[], Readonly<Record<string, string>>, string]>([
    ["a flag", client, ["--server-stats-token", spaced], {}, '--server-stats-token "***": expected a secret'],
    ["a flag with =", server, [`--admin-token=${spaced}`], {}, '--admin-token "***": expected a secret'],
    [
      "a dash",
      client,
      ["--server-stats-token", `-${SECRET}`],
      {},
      "--server-stats-token: expected a value (TOKEN), found ***",
    ],
    ["a wrong flag", client, ["--server-stats-tokens", SECRET], {}, "--server-stats-tokens: unknown flag"],
    ["a wrong flag with =", server, [`--admin-tokn=${SECRET}`], {}, "--admin-tokn: unknown flag"],
    ["the environment", server, [], { ECHO_SERVER_ADMIN_TOKEN: spaced }, 'ECHO_SERVER_ADMIN_TOKEN "***"'],
    [
      "a config file",
      server,
      ["--config", file("s.json", JSON.stringify({ "admin-token": spaced }))],
      {},
      'admin-token "***"',
    ],
    [
      "a missing partner",
      client,
      ["--server-stats-token", SECRET],
      {},
      "--server-stats-token: expected with --server-stats",
    ],
    [
      "an address with a password",
      client,
      ["--server-stats", `http://x:${SECRET}@host/`],
      {},
      '--server-stats "http://***@host/": expected',
    ],
    ["one with a user", client, ["--server-stats", `https://${SECRET}@host/`], {}, '"https://***@host/": expected'],
    [
      "one with odd characters",
      client,
      ["--server-stats", `http://x:a/b@${SECRET}@host/?q=${SECRET}`],
      {},
      '"http://***@host/?***": expected',
    ],
    ["one without a scheme", client, ["--server-stats", `x:${SECRET}@host`], {}, '"***@host": expected'],
    ["the admin page", server, ["--admin", `${SECRET}@0.0.0.0:9788`], {}, '--admin "***@0.0.0.0:9788": expected'],
    [
      "one in the environment",
      client,
      [],
      { ECHO_CLIENT_SERVER_STATS: `http://x:${SECRET}@host` },
      'STATS "http://***@host": expected',
    ],
    [
      "one in a config file",
      client,
      ["--config", file("c.toml", `server-stats = "http://x:${SECRET}@host"`)],
      {},
      '"http://***@host": expected',
    ],
  ])("of %s", (_what, read, args, environment, message) => {
    const said = usageError(() => read(args, environment));
    expect(said).toContain(message);
    expect(said).not.toContain(SECRET);
  });
});
