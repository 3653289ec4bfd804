import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { type RunResult, runResultSchema } from "../lib/result/run-result.ts";
import { isStopped } from "./fixtures/process-stats.ts";
import { runClient, runClientForResult, ServerProgram, startClient, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { until } from "./fixtures/until.ts";

describe.concurrent("the client connects", () => {
  test("to nobody where a server does not answer: it says so after the connect timeout, exit 3", async () => {
    await using server = await ServerProgram.start("--backlog", "1");
    server.kill("SIGSTOP");
    await until(() => isStopped(server.child.pid), "SIGSTOP to reach every thread");
    // A stopped server accepts nobody: once its backlog is full, the kernel no longer answers.
    const waiting = Array.from({ length: 4 }, () => connect(server.port, "127.0.0.1").on("error", () => {}));
    await Promise.all(waiting.slice(0, 2).map((socket) => once(socket, "connect")));
    const { exitCode, stdout, stderr } = await runClient(...to(server), "--conns", "100", "--connect-timeout", "300ms");
    expect(stderr).toBe(
      `error: could not connect to 127.0.0.1:${server.port}: no answer within 300ms (a firewall may drop the packets, or the host is down)\n`,
    );
    expect(stdout).toBe("");
    expect(exitCode).toBe(3);
    for (const socket of waiting) socket.destroy();
  });

  test("to nobody where the network is unreachable, and says so", async () => {
    const { exitCode, stderr } = await runClient("--host", "255.255.255.255");
    expect(stderr).toContain("255.255.255.255:7878: network unreachable (no route leads there");
    expect(exitCode).toBe(3);
  });

  test("from the addresses that were asked for, in turn", async () => {
    await using server = await ServerProgram.start();
    const load = ["--conns", "5", "--threads", "2", "--messages", "50"];
    const { exitCode } = await runClientForResult(...to(server), ...load, "--bind", "127.0.0.2,127.0.0.3");
    expect(exitCode).toBe(0);
    await server.stop();
    const sources = [...server.stdout.matchAll(/ CONNECT - (\S+):\d+/g)].map(([, address]) => address);
    expect(sources.toSorted()).toEqual(["127.0.0.2", "127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.3"]);
  });

  test("from no address of another machine: it says so, exit 3", async () => {
    await using server = await ServerProgram.start();
    const { exitCode, stderr } = await runClient(...to(server), "--bind", "203.0.113.1");
    expect(stderr).toContain("address not available");
    expect(exitCode).toBe(3);
  });

  test("over IPv6", async () => {
    await using server = await ServerProgram.start("--host", "::");
    const { exitCode, result } = await runClientForResult(...to(server), "--host", "[::1]", "--messages", "100");
    expect(result.target).toMatchObject({ address: "::1", family: "ipv6" });
    expect(exitCode).toBe(0);
  });

  test("over a Unix socket, which has no TCP_INFO", async () => {
    using folder = new TemporaryFolder();
    const path = folder.join("echo.sock");
    await using server = await ServerProgram.start("--unix", path);
    const { exitCode, result } = await runClientForResult("--unix", path, "--messages", "100", "--sndbuf", "50000");
    expect(result.target).toEqual({ host: path, address: path, port: 0, family: "unix", tls: false });
    expect(result.tcpInfo).toBeNull();
    expect(exitCode).toBe(0);
    expect(await server.stop()).toBe(0);
    const missing = await runClient("--unix", folder.join("none.sock"));
    expect(missing.stderr).toContain("/none.sock: no such socket file");
    expect(missing.exitCode).toBe(3);
  });

  test("to a server that turns connections away, and names each as an error", async () => {
    await using server = await ServerProgram.start("--max-conns", "3");
    const load = ["--conns", "5", "--duration", "300ms", "--warmup", "0"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect(result.errors.total).toBe(2);
    // Turned away before or after its first message: FIN, or a reset because of bytes that nobody read.
    for (const { kind, message } of result.errors.first) {
      expect(["closed-early", "reset"]).toContain(kind);
      expect(message).toContain("nothing had come back yet");
    }
    expect(result.totals.messages).toBeGreaterThan(0);
    expect(exitCode).toBe(1);
  });
});

describe.concurrent("a run that is cut short", () => {
  test("by the server's death reports what was measured and names the loss, exit 1", async () => {
    await using server = await ServerProgram.start("--verbose");
    await using client = startClient(...to(server), "--conns", "5", "--duration", "20s", "--warmup", "0", "--json");
    await server.sawTimes(" DATA ", 100);
    server.kill("SIGKILL");
    expect(await client.exited()).toBe(1);
    const result = runResultSchema.parse(JSON.parse(client.stdout));
    expect(result.totals.messages).toBeGreaterThan(0);
    expect(result.window.durationMs).toBeWithin(1, 10_000);
    expect(result.errors.total).toBe(5);
    expect(result.verdict).toBe("fail");
    expect(result.warnings.map(({ code }) => code)).toContain("lost-connections");
  });

  test("by Ctrl+C while it warms up says nothing of what came before the window", async () => {
    await using server = await ServerProgram.start("--verbose");
    await using client = startClient(...to(server), "--duration", "60s", "--warmup", "60s", "--json");
    await server.sawTimes(" DATA ", 100);
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    const { window, harness }: RunResult = JSON.parse(client.stdout);
    expect(window.durationMs).toBe(0);
    expect(harness).toMatchObject({ pauses: 0, pausedMs: 0, longestPauseMs: 0, collections: 0 });
  });

  test("by Ctrl+C reports what was measured, exit 130", async () => {
    await using server = await ServerProgram.start("--verbose");
    await using client = startClient(...to(server), "--conns", "5", "--duration", "60s", "--warmup", "0");
    await server.sawTimes(" DATA ", 100);
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toContain("INTERRUPTED  no error until then");
    expect(client.stdout).toMatch(/Messages +[1-9]/);
    expect(client.stdout).toContain("Errors      none");
  });

  test("by SIGTERM ends at once, exit 130, even while the server does not answer", async () => {
    const asked = Promise.withResolvers<void>();
    const socket = { data: () => asked.resolve() };
    using silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket });
    await using client = startClient(...to(silent), "--duration", "60s", "--timeout", "60s");
    await asked.promise;
    client.kill("SIGTERM");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toContain("INTERRUPTED");
  });
});
