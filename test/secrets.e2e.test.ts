import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { startWithAdmin } from "./fixtures/admin.ts";
import { type Outcome, Program, runClient, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";

/** Ends in what Base64 gives no padding for, so that it is found in a header too. */
const SECRET = "s3same0pen";

/** Runs a program with variables in its environment. */
async function run(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  await using program = new Program([process.execPath, script, ...args], environment);
  return { exitCode: await program.exited(), stdout: program.stdout, stderr: program.stderr };
}

test.each([[["report"]], [[]], [["--host"]], [["--start-at"]]])(
  "the password of a URL is not shown where no URL belongs: %p",
  async (before) => {
    const { exitCode, stdout, stderr } = await runClient(...before, `http://me:${SECRET}@host/`);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain('"http://***@host/"');
    expect(stderr).not.toContain(SECRET);
  },
);

const inEnvironment = { ECHO_CLIENT_SERVER_STATS_TOKEN: SECRET };

describe.concurrent("a token", () => {
  test.each([
    ["on the command line", ["--server-stats-token", SECRET], {}],
    ["in the environment", [], inEnvironment],
    ["in a config file", ["--config", "FILE"], {}],
  ])(
    "%s lets the client ask a protected server, and is in nothing that either writes",
    async (how, args, environment) => {
      const { server, url } = await startWithAdmin("--admin-token", SECRET, "--log-format", "text", "--verbose");
      await using _server = server;
      using own = new TemporaryFolder();
      writeFileSync(own.join("client.toml"), `server-stats-token = "${SECRET}"\n`);
      const files = ["json", "html", "csv"].map((kind) => own.join(`run.${kind}`));
      const outputs = ["json", "html", "csv"].flatMap((kind, i) => [`--${kind}`, files[i] ?? ""]);
      const given = args.map((each) => (each === "FILE" ? own.join("client.toml") : each));
      const load = [...to(server), "--messages", "5", "--server-stats", `${url}stats.json`, ...given, ...outputs];
      const { exitCode, stdout, stderr } = await run("client/cli.ts", load, environment);
      expect([how, exitCode, stderr]).toEqual([how, 0, ""]);
      const events = await run("client/cli.ts", [...load.slice(0, -6), "--ndjson"], environment);
      const config = await run("client/cli.ts", [...load, "--print-config"], environment);
      expect(config.stdout).toContain("# server-stats-token = (hidden)");
      const written = [
        ...files.map((file) => readFileSync(file, "utf8")),
        stdout,
        events.stdout,
        config.stdout,
        server.stdout,
      ];
      for (const text of written) expect(text).not.toContain(SECRET);
      const { server: figures } = JSON.parse(written[0] ?? "") as { server: { after: unknown } };
      expect(figures.after).toMatchObject({ schema: "echobench.server/1" });
    },
  );

  test("that is wrong or missing is named by its flag, and not shown", async () => {
    const { server, url } = await startWithAdmin("--admin-token", "another");
    await using _server = server;
    const load = [...to(server), "--messages", "5", "--server-stats", `${url}stats.json`];
    const wrong = await runClient(...load, "--server-stats-token", SECRET);
    expect(wrong.stderr).toContain("it refuses the token");
    expect(wrong.stderr).not.toContain(SECRET);
    expect((await runClient(...load)).stderr).toContain("give it with --server-stats-token");
  });
});

test("the query of an address, which may have a secret, is sent and not kept", async () => {
  const asked: string[] = [];
  using web = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      asked.push(new URL(request.url).search);
      return Response.json({});
    },
  });
  const { server } = await startWithAdmin();
  await using _server = server;
  const address = `${web.url.href}?key=${SECRET}`;
  const { stdout } = await runClient(...to(server), "--messages", "5", "--server-stats", address, "--json");
  expect(asked).toEqual([`?key=${SECRET}`, `?key=${SECRET}`]);
  const shown = `${web.url.href}?***`;
  expect(JSON.parse(stdout)).toMatchObject({ server: { url: shown }, options: { serverStats: shown } });
  const config = await runClient("--server-stats", address, "--print-config");
  expect(stdout + config.stdout).not.toContain(SECRET);
});

test.each<[string, answer: string, isOver: boolean, reason: string]>([
  ["is not HTTP", "SSH-2.0-OpenSSH\r\n", false, "the answer is not HTTP"],
  ["has control characters", "HTTP/1.1 500 a\u0001b\r\n\r\n", false, "the answer is not HTTP"],
  ["is cut", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", true, "the connection ended before the answer"],
  ["is empty", "", true, "the connection ended before the answer"],
])("the query is not shown either when the answer %s", async (_what, answer, isOver, reason) => {
  using peer = Bun.listen({
    port: 0,
    hostname: "127.0.0.1",
    socket: {
      data(socket) {
        socket.write(answer);
        if (isOver) socket.end();
      },
    },
  });
  const { server } = await startWithAdmin();
  await using _server = server;
  const address = `http://127.0.0.1:${peer.port}/?key=${SECRET}`;
  const { stdout, stderr } = await runClient(...to(server), "--messages", "5", "--server-stats", address, "--json");
  expect(stdout + stderr).not.toContain(SECRET);
  expect(stderr).toContain(reason);
  expect(stderr).not.toContain("verbose");
});
