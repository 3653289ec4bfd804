import { describe, expect, test } from "bun:test";
import { startClientWithAdmin } from "./fixtures/admin.ts";
import { echo, startHostileServer } from "./fixtures/hostile-server.ts";
import { runClient, runTool, ServerProgram, startClient, to } from "./fixtures/program.ts";
import { isRefused, openRaw } from "./fixtures/raw-client.ts";
import { StalledPipe } from "./fixtures/stalled-pipe.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";
import { until } from "./fixtures/until.ts";

const textOf = async (url: string): Promise<string> => (await fetch(url)).text();

/** The value of a metric without labels of its own; undefined when there is no such metric. */
function valueOf(text: string, name: string): number | undefined {
  const value = new RegExp(`^echobench_run_${name} (\\S+)$`, "m").exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

describe.concurrent("the live page's port of a client", () => {
  testWith("promtool")("has /metrics that follow the run, and about which promtool has no complaint", async () => {
    await using server = await ServerProgram.start();
    const load = ["--conns", "3", "--duration", "60s", "--warmup", "0", "--interval", "100ms", "--quiet"];
    const { client, url } = await startClientWithAdmin(server, ...load);
    await using _client = client;
    const seen = await until(
      () => textOf(`${url}metrics`),
      "a row, and the open connections",
      (text) => text.includes("rtt_seconds") && valueOf(text, "connections_open") === 3,
    );
    const checked = await runTool(["promtool", "check", "metrics"], seen);
    expect([checked.stdout + checked.stderr, checked.exitCode]).toEqual(["", 0]);
    expect(valueOf(seen, "measuring")).toBe(1);
    expect(valueOf(seen, "connections")).toBe(3);
    expect(valueOf(seen, "messages_per_second")).toBeGreaterThan(0);
    expect(valueOf(seen, "passed")).toBeUndefined();
    const messages = valueOf(seen, "messages") ?? 0;
    expect(valueOf(seen, "received_bytes")).toBeGreaterThanOrEqual(messages * 1_024);
    await until(
      () => textOf(`${url}metrics`),
      "more messages",
      (text) => (valueOf(text, "messages") ?? 0) > messages,
    );
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
  });

  testWith("mkfifo")("answers until the command ends, also while an output waits for its reader", async () => {
    using folder = new TemporaryFolder();
    const path = folder.join("pipe");
    using pipe = new StalledPipe(path);
    pipe.fill();
    await using server = await ServerProgram.start();
    const { client, url } = await startClientWithAdmin(server, "--messages", "100", "--json", path);
    await using _client = client;
    const seen = await until(
      () => textOf(`${url}metrics`),
      "the verdict",
      (text) => valueOf(text, "passed") !== undefined,
    );
    expect([valueOf(seen, "passed"), valueOf(seen, "messages"), valueOf(seen, "measuring")]).toEqual([1, 100, 0]);
    expect(await textOf(`${url}healthz`)).toBe("over\n");
    client.kill("SIGTERM");
    expect(await client.exited()).toBe(130);
    expect(await isRefused(Number(new URL(url).port))).toBe(true);
  });

  test("does not hold the end of the command, whoever is connected", async () => {
    using server = startHostileServer(echo);
    await using client = startClient(...to(server), "--duration", "9999h", "--admin", "0");
    const [, port = ""] = await client.until(
      () => /Live page at http:\S+:(\d+)\//.exec(client.stderr),
      "the live page",
    );
    const head = "GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    for (const sent of ["", head, `${head}\r\n`]) (await openRaw(Number(port))).write(sent);
    await until(() => server.peers.some(({ received }) => received > 0), "messages");
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stderr).not.toMatch(/did not end by itself|defect/);
  });

  test("serves only requests for this machine, or those that carry the token", async () => {
    await using server = await ServerProgram.start();
    const load = ["--duration", "60s", "--quiet"];
    const [open, closed] = await Promise.all([
      startClientWithAdmin(server, ...load),
      startClientWithAdmin(server, ...load, "--admin-token", "open-sesame"),
    ]);
    await using _open = open.client;
    await using _closed = closed.client;
    expect((await fetch(open.url)).status).toBe(200);
    expect((await fetch(open.url, { headers: { host: "evil.example" } })).status).toBe(403);
    expect(await textOf(`${open.url}stats.json`)).toBe("not found; there are /, /metrics and /healthz\n");
    const ask = async (authorization: string): Promise<number> =>
      (await fetch(`${closed.url}metrics`, { headers: { authorization } })).status;
    expect(await ask("")).toBe(401);
    expect(await ask("Bearer open-sesame")).toBe(200);
    expect((await fetch(`${closed.url}healthz`)).status).toBe(200);
  });

  test("that is in use ends the command before it connects, exit 2", async () => {
    await using server = await ServerProgram.start();
    using taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const { exitCode, stderr, stdout } = await runClient(...to(server), "--admin", String(taken.port));
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(`error: --admin "127.0.0.1:${taken.port}": port is already in use\n`);
    expect(await server.stop()).toBe(0);
    expect(server.stdout).not.toContain("CONNECT");
  });

  test.each([
    [["--admin", "0.0.0.0:9787"], '--admin "0.0.0.0:9787": expected with --admin-token'],
    [["--admin", "x:y"], '--admin "x:y": expected a port, or an address and a port'],
    [["--admin-token", "x"], '--admin-token "***": expected with --admin'],
  ])("with wrong usage is an error: %p", async (args, message) => {
    const { exitCode, stderr } = await runClient(...args);
    expect([exitCode, stderr.includes(message)]).toEqual([2, true]);
  });

  test("and its token are in no result", async () => {
    await using server = await ServerProgram.start();
    const admin = ["--admin", "0", "--admin-token", "s3same0pen"];
    const { stdout, stderr } = await runClient(...to(server), "--messages", "10", ...admin, "--json");
    expect(JSON.parse(stdout).options).not.toHaveProperty("admin");
    expect(stdout + stderr).not.toContain("s3same0pen");
  });
});
