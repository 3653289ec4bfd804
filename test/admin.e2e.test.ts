import { describe, expect, test } from "bun:test";
import type { Overview } from "../server/service/monitor.ts";
import { startWithAdmin } from "./fixtures/admin.ts";
import { Program, runClient, runClientForResult, runTool, to } from "./fixtures/program.ts";
import { openRaw, readAll, readExactly } from "./fixtures/raw-client.ts";
import { testWith } from "./fixtures/tools.ts";
import { until } from "./fixtures/until.ts";

describe.concurrent("the admin server", () => {
  test("has /stats.json that counts what the clients saw, live and afterwards", async () => {
    const { server, overview } = await startWithAdmin("--max-conns", "2");
    await using _server = server;
    const first = await openRaw(server.port);
    first.write("x".repeat(1_000));
    await readExactly(first, 1_000);
    const live = await overview();
    expect(live).toMatchObject({
      schema: "echobench.server/1",
      state: "serving",
      endpoint: `127.0.0.1:${server.port}`,
    });
    expect(live.counters).toMatchObject({ connections: 1, active: 1, bytesIn: 1_000, bytesOut: 1_000 });
    const { talkers } = await until(overview, "a top talker", (seen) => seen.talkers.length > 0);
    expect(talkers[0]).toMatchObject({ client: `127.0.0.1:${first.localPort}`, bytesIn: 1_000, bytesOut: 1_000 });
    const second = await openRaw(server.port);
    const third = await openRaw(server.port);
    await server.saw(/ REJECT /);
    first.resetAndDestroy();
    await server.saw(/ ERROR /);
    second.destroy();
    third.destroy();
    const { counters, events } = await until(
      overview,
      "no connection and four events",
      (seen) => seen.counters.active === 0 && seen.events.length >= 4,
    );
    expect(counters).toMatchObject({
      connections: 2,
      peak: 2,
      rejectedByReason: { address: 0, limit: 1, tls: 0 },
      errorsByKind: { reset: 1, timeout: 0, tls: 0, other: 0 },
    });
    expect(events.map(({ kind }) => kind).slice(0, 4)).toEqual(["CONNECT", "CONNECT", "REJECT", "ERROR"]);
  });

  test("gives its figures to a client with --server-stats", async () => {
    const { server, url } = await startWithAdmin();
    await using _server = server;
    const load = ["--messages", "100", "--server-stats", `${url}stats.json`];
    const { result, exitCode } = await runClientForResult(...to(server), ...load);
    expect(exitCode).toBe(0);
    const { before, after } = result.server as unknown as { before: Overview; after: Overview };
    expect(after.counters.bytesIn - before.counters.bytesIn).toBeGreaterThanOrEqual(100 * 1_024);
  });

  testWith("promtool")("has /metrics that count, and about which promtool has no complaint", async () => {
    const { server, url } = await startWithAdmin();
    await using _server = server;
    await runClient(...to(server), "--messages", "100", "--quiet");
    const response = await fetch(`${url}metrics`);
    expect(response.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
    const text = await response.text();
    const checked = await runTool(["promtool", "check", "metrics"], text);
    expect(checked.stdout + checked.stderr).toBe("");
    expect(checked.exitCode).toBe(0);
    expect(text).toContain('\nechobench_connections_total{worker="0"} 1\n');
    expect(text).toContain('\nechobench_received_bytes_total{worker="0"} 102400\n');
    expect(text).toMatch(/\nechobench_event_loop_lag_seconds\{worker="0"\} 0\.\d+/);
  });

  test("has /healthz that is 503 while the server drains", async () => {
    const { server, url, overview } = await startWithAdmin("--grace", "60s", "--verbose");
    await using _server = server;
    expect((await fetch(`${url}healthz`)).status).toBe(200);
    const stalled = await openRaw(server.port);
    stalled.pause();
    stalled.write(Buffer.alloc(24 * 1024 * 1024));
    await server.saw(/RX: (\d+) bytes, TX: (?!\1 )\d+ bytes/);
    server.kill("SIGTERM");
    const drained = await until(
      () => fetch(`${url}healthz`),
      "another answer than 200",
      ({ status }) => status !== 200,
    );
    expect(drained.status).toBe(503);
    expect((await overview()).state).toBe("draining");
    stalled.destroy();
    expect(await server.exited()).toBe(0);
  });

  test("without a token serves only requests that name this machine as the host", async () => {
    const { server, url } = await startWithAdmin();
    await using _server = server;
    expect((await fetch(url, { headers: { host: "evil.example" } })).status).toBe(403);
    expect((await fetch(url, { headers: { host: "localhost:1" } })).status).toBe(200);
    expect((await fetch(url, { method: "POST" })).status).toBe(405);
    expect((await fetch(`${url}nothing`)).status).toBe(404);
    const nonsense = await openRaw(Number(new URL(url).port));
    nonsense.write("GET / HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n");
    expect((await readAll(nonsense)).toString()).toStartWith("HTTP/1.1 400 ");
    expect(server.stderr).toBe("");
  });

  test("with a token serves only requests that carry it", async () => {
    const token = "open-sesame";
    const { server, url } = await startWithAdmin("--admin-token", token);
    await using _server = server;
    const ask = (authorization: string, path = "stats.json") => fetch(url + path, { headers: { authorization } });
    for (const wrong of ["", "Bearer open-sesam", `Bearer ${token}x`, `Basic ${btoa("me:wrong")}`, token]) {
      expect((await ask(wrong)).status).toBe(401);
    }
    expect((await ask("")).headers.get("www-authenticate")).toBe('Basic realm="echobench"');
    for (const right of [`Bearer ${token}`, `bearer ${token}`, `Basic ${btoa(`me:${token}`)}`]) {
      expect((await ask(right)).status).toBe(200);
    }
    expect((await ask("", "healthz")).status).toBe(200);
    const events = await ask(`Basic ${btoa(`:${token}`)}`, "events");
    expect(events.headers.get("content-type")).toBe("text/event-stream");
    await events.body?.cancel();
  });

  test.each([
    [["--admin", "0.0.0.0:9787"], 2, '--admin "0.0.0.0:9787": expected with --admin-token'],
    [["--admin", "x:y"], 2, '--admin "x:y": expected a port, or an address and a port'],
    [["--admin", "65536"], 2, '--admin "65536": expected a port'],
    [["--admin-token", "x"], 2, '--admin-token "***": expected with --admin'],
    [["--admin", "1", "--admin-token", "a b"], 2, "expected a secret of printable ASCII characters"],
  ])("with wrong usage does not start: %p", async (args, code, message) => {
    await using server = new Program([process.execPath, "server/cli.ts", "--port", "0", ...args]);
    expect(await server.exited()).toBe(code);
    expect(server.stderr).toContain(message);
    expect(server.stdout).toBe("");
  });

  test("does not start on a port that is in use, exit 3", async () => {
    const { server, url } = await startWithAdmin();
    await using _server = server;
    const { port } = new URL(url);
    await using second = new Program([process.execPath, "server/cli.ts", "--port", "0", "--admin", port]);
    expect(await second.exited()).toBe(3);
    expect(second.stderr).toContain(`--admin "127.0.0.1:${port}": port is already in use`);
  });
});
