import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { runResultSchema } from "../lib/result/run-result.ts";
import { epollAvailable } from "../lib/posix/epoll.ts";
import {
  addSurplus,
  type Behaviour,
  closeAt,
  dropByte,
  echo,
  flipBit,
  freezeAt,
  resetAt,
  stallAt,
  startHostileServer,
} from "./fixtures/hostile-server.ts";
import { isStopped } from "./fixtures/process-stats.ts";
import { Program, runClient, runClientForResult, ServerProgram, startClient, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { until } from "./fixtures/until.ts";

const engines = epollAvailable ? (["bun", "epoll"] as const) : (["bun"] as const);
const MESSAGE = 4_096;

describe.concurrent.each(engines)("a client on %s", (engine) => {
  const on = ["--engine", engine];

  test.each<[string, Behaviour, string]>([
    ["flips a bit", flipBit(100_000, 3), "1 bit flipped in 1 byte"],
    ["leaves out a byte", dropByte(100_000), "1 byte left out"],
    ["sends surplus bytes", addSurplus(400 * MESSAGE - 1, 7), "more bytes came than were sent"],
    ["stalls", stallAt(10 * MESSAGE + 96), "no complete echo within 500ms, 4,000 bytes were not echoed"],
    ["closes early", closeAt(10 * MESSAGE + 96), "the server closed the connection, 4,000 bytes were not echoed"],
    ["resets", resetAt(10 * MESSAGE), "connection reset by peer"],
  ])("names a server that %s", async (_what, behaviour, message) => {
    using server = startHostileServer(behaviour);
    const load = ["--size", String(MESSAGE), "--messages", "400", "--timeout", "500ms"];
    const { exitCode, result } = await runClientForResult(...to(server), ...on, ...load);
    expect(result.errors.first[0]?.message).toContain(message);
    expect(result.errors.total).toBe(1);
    expect(exitCode).toBe(1);
  });

  test("streams to a server that pauses, without an error", async () => {
    using server = startHostileServer(freezeAt(3_000_000, 300));
    const load = ["--mode", "stream", "--bytes", "20MB"];
    const { exitCode, result } = await runClientForResult(...to(server), ...on, ...load);
    expect(result.totals.bytesReceived).toBe(20_000_000);
    expect(exitCode).toBe(0);
  });

  test.each([
    [["--port", "1"], "connection refused"],
    [["--host", "255.255.255.255"], "network unreachable"],
    [["--port", "1", "--bind", "203.0.113.1"], "address not available"],
    [["--unix", "/tmp/echobench-no-such.sock"], "no such socket file"],
  ])("says why it cannot connect: %p", async (target, message) => {
    const { exitCode, stderr } = await runClient(...target, ...on);
    expect(stderr).toMatch(/^error: could not connect to [^\n]*\n$/);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(3);
  });

  test("gives up a connect without an answer after its timeout", async () => {
    await using server = await ServerProgram.start("--backlog", "1");
    server.kill("SIGSTOP");
    await until(() => isStopped(server.child.pid), "SIGSTOP to reach every thread");
    const waiting = Array.from({ length: 4 }, () => connect(server.port, "127.0.0.1").on("error", () => {}));
    await Promise.all(waiting.slice(0, 2).map((socket) => once(socket, "connect")));
    const { exitCode, stderr } = await runClient(...to(server), ...on, "--conns", "20", "--connect-timeout", "300ms");
    expect(stderr).toContain("no answer within 300ms");
    expect(exitCode).toBe(3);
    for (const socket of waiting) socket.destroy();
  });

  test("connects over IPv6, from the addresses that were asked for, and over a Unix socket", async () => {
    using folder = new TemporaryFolder();
    const path = folder.join("echo.sock");
    await using dual = await ServerProgram.start("--host", "::");
    await using _unix = await ServerProgram.start("--unix", path);
    const load = [...on, "--messages", "100", "--conns", "4"];
    const overIpv6 = await runClientForResult(...to(dual), "--host", "::1", ...load);
    expect(overIpv6.result.target).toMatchObject({ address: "::1", family: "ipv6" });
    expect(overIpv6.result.tcpInfo?.connections).toBe(4);
    const bound = await runClientForResult(...to(dual), ...load, "--bind", "127.0.0.2,127.0.0.3");
    expect((await runClientForResult("--unix", path, ...load)).exitCode).toBe(0);
    expect([overIpv6.exitCode, bound.exitCode]).toEqual([0, 0]);
    await dual.stop();
    const sources = [...dual.stdout.matchAll(/ CONNECT - (127\.\S+):\d+/g)].map(([, address]) => address);
    expect(sources.toSorted()).toEqual(["127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.3"]);
  });

  test("reports what it measured when the server dies", async () => {
    await using server = await ServerProgram.start("--verbose");
    const load = ["--conns", "5", "--duration", "20s", "--warmup", "0", "--json"];
    await using client = startClient(...to(server), ...on, ...load);
    await server.sawTimes(" DATA ", 100);
    server.kill("SIGKILL");
    expect(await client.exited()).toBe(1);
    const result = runResultSchema.parse(JSON.parse(client.stdout));
    expect(result.totals.messages).toBeGreaterThan(0);
    expect(result.errors.total).toBe(5);
  });

  test("ends at once on SIGTERM while the server does not answer", async () => {
    using silent = startHostileServer(() => {});
    await using client = startClient(...to(silent), ...on, "--duration", "60s", "--timeout", "60s");
    await until(() => silent.peers[0]?.received, "the client's first bytes");
    client.kill("SIGTERM");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toContain("INTERRUPTED");
  });

  test("opens a broken connection again with --reconnect", async () => {
    let connections = 0;
    using server = startHostileServer((peer, chunk, offset) => {
      if (offset === 0) connections++;
      if (connections === 1) closeAt(10_340)(peer, chunk, offset);
      else echo(peer, chunk, offset);
    });
    const { result } = await runClientForResult(...to(server), ...on, "--reconnect", "--messages", "100");
    expect(result.outages).toMatchObject([{ connection: 0, cause: "closed-early", failedConnects: 0 }]);
    expect(result.totals.connections).toBe(2);
  });

  test("names exhausted descriptors", async () => {
    await using server = await ServerProgram.start();
    const client = `ulimit -n 64; exec ${process.execPath} client/cli.ts --port ${server.port} ${on.join(" ")}`;
    await using limited = new Program(["sh", "-c", `${client} --conns 100 --messages 100`]);
    expect(await limited.exited()).toBe(1);
    expect(limited.stdout).toMatch(/descriptors-exhausted [\d,]+, first on connection/);
  });
});
