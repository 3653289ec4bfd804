import { describe, expect, test } from "bun:test";
import { childrenOf, cpuShareOf, descriptorsOf } from "./fixtures/process-stats.ts";
import { Program, runClient, runTool, ServerProgram } from "./fixtures/program.ts";
import { openRaw, readAll, readExactly } from "./fixtures/raw-client.ts";
import { testWith } from "./fixtures/tools.ts";
import { until } from "./fixtures/until.ts";

async function isServed(port: number): Promise<boolean> {
  const socket = await openRaw(port);
  socket.end("ping");
  try {
    return String(await readAll(socket)) === "ping";
  } catch {
    return false;
  }
}

describe.concurrent("socket settings", () => {
  testWith("ss")("set the backlog and the keep-alive probes", async () => {
    await using server = await ServerProgram.start("--backlog", "123", "--keepalive", "7s");
    const socket = await openRaw(server.port);
    await server.sawTimes(" CONNECT ", 1);
    const { stdout: listening } = await runTool(["ss", "-Htln", "sport", "=", `:${server.port}`], "");
    expect(listening).toMatch(/^LISTEN +0 +123 /);
    const { stdout: connected } = await runTool(["ss", "-Htno", "sport", "=", `:${server.port}`], "");
    // The time that is left; ss writes 6.960 s as 6.960ms.
    expect(connected).toMatch(/timer:\(keepalive,[67](?:\.\d+)?[ms]/);
    socket.destroy();
  });

  testWith("ss")("--keepalive 0 turns the probes off", async () => {
    await using server = await ServerProgram.start("--keepalive", "0");
    const socket = await openRaw(server.port);
    await server.sawTimes(" CONNECT ", 1);
    const { stdout } = await runTool(["ss", "-Htno", "sport", "=", `:${server.port}`], "");
    expect(stdout).toContain("ESTAB");
    expect(stdout).not.toContain("keepalive");
    socket.destroy();
  });
});

describe("limits", () => {
  test("close an idle connection in time, and none that moves bytes", async () => {
    await using server = await ServerProgram.start("--idle-timeout", "1s");
    const idle = await openRaw(server.port);
    const busy = await openRaw(server.port);
    busy.on("data", () => {});
    const chatter = setInterval(() => busy.write("."), 100);
    await readAll(idle);
    idle.destroy();
    clearInterval(chatter);
    const [, idleFor] = await server.saw(/TIMEOUT - 127\.0\.0\.1:\d+ \(idle for ([\d.]+)s\)/);
    expect(Number(idleFor)).toBeWithin(1, 1.5 + Number.EPSILON);
    const [, connected] = await server.saw(/DISCONNECT - \S+ \(([\d.]+)s connected, RX: 0 bytes/);
    expect(Number(connected)).toBeWithin(1, 1.6);
    expect(busy.closed).toBe(false);
    busy.destroy();
  });

  test("close the connection of a peer that stops reading, once nothing moves", async () => {
    await using server = await ServerProgram.start("--idle-timeout", "500ms");
    const stalled = await openRaw(server.port);
    stalled.pause();
    stalled.write(Buffer.alloc(32 * 1024 * 1024));
    await server.saw(/TIMEOUT - /);
    const [, received, echoed] = await server.saw(/DISCONNECT - .*RX: (\d+) bytes, TX: (\d+) bytes/);
    expect(Number(echoed)).toBeLessThan(Number(received));
    stalled.destroy();
    expect(await server.stop()).toBe(0);
    expect(server.stdout).toContain("1 timed out, 0 errors");
  });

  test("turn away and log a connection above --max-conns, and keep the others", async () => {
    await using server = await ServerProgram.start("--max-conns", "2");
    const first = await openRaw(server.port);
    const second = await openRaw(server.port);
    const third = await openRaw(server.port);
    expect(await readAll(third)).toHaveLength(0);
    await server.saw(/REJECT - 127\.0\.0\.1:\d+ \(limit of 2 connections reached\)/);
    first.write("ping");
    expect(String(await readExactly(first, 4))).toBe("ping");
    second.end();
    await server.saw(/DISCONNECT/);
    expect(await isServed(server.port)).toBe(true);
    first.destroy();
  });

  test("serve only addresses of --allow", async () => {
    await using server = await ServerProgram.start("--host", "::", "--allow", "127.0.0.2/32,fd00::/8");
    expect(await isServed(server.port)).toBe(false);
    await server.saw(/REJECT - 127\.0\.0\.1:\d+ \(not in the allow list\)/);
    await using friends = await ServerProgram.start("--host", "::", "--allow", "127.0.0.0/8", "--allow", "::1");
    expect(await isServed(friends.port)).toBe(true);
    const overIpv6 = await openRaw(friends.port, "::1");
    overIpv6.end("six");
    expect(String(await readAll(overIpv6))).toBe("six");
  });
});

describe.concurrent("500 connects leave a server with 64 descriptors idle and able to serve", () => {
  test.each([
    ["plain", [], []],
    ["on epoll", ["--engine", "epoll"], []],
    ["over TLS", ["--tls-self-signed"], ["--tls", "--insecure"]],
    ["with two workers", ["--workers", "2"], []],
  ])("%s", async (_case, options, trusting) => {
    const start = `ulimit -n 64; exec ${process.execPath} server/cli.ts --host 127.0.0.1 --port 0 --max-conns 5000`;
    await using server = new Program(["sh", "-c", [start, ...options].join(" ")]);
    const [, port = ""] = await server.saw(/Listening on 127\.0\.0\.1:(\d+)/);
    const sockets = await Promise.all(Array.from({ length: 500 }, () => openRaw(Number(port))));
    await server.saw(/REJECT - \S+ \(limit of 32 connections reached\)/);
    const processes = [server.child.pid, ...childrenOf(server.child.pid)];
    for (const pid of processes) expect(descriptorsOf(pid)).toBeLessThan(64);

    // A server without free descriptors would be woken by the waiting connection again and again.
    for (const share of await Promise.all(processes.map(cpuShareOf))) expect(share).toBeLessThan(0.15);

    for (const socket of sockets) socket.destroy();
    const isWell = async (): Promise<boolean> => {
      const load = ["--port", port, "--messages", "10", "--conns", "5", ...trusting];
      return (await runClient(...load)).exitCode === 0;
    };
    await until(isWell, "a load that is served");
    server.kill("SIGINT");
    expect(await server.exited()).toBe(0);
    expect(server.stderr).toBe("");
  });
});

testWith("prlimit")("a server that runs out of descriptors stays idle, and serves again when it has some", async () => {
  for (const options of [[], ["--engine", "epoll"]]) {
    await using server = await ServerProgram.start(...options);
    const served = await Promise.all(Array.from({ length: 40 }, () => openRaw(server.port)));
    await server.sawTimes(" CONNECT ", 40);
    const { pid } = server.child;
    expect((await runTool(["prlimit", "--nofile=20:20", "--pid", String(pid)], "")).exitCode).toBe(0);
    const turnedAway = await Promise.all(Array.from({ length: 10 }, () => openRaw(server.port)));
    for (const socket of turnedAway) expect(await readAll(socket)).toHaveLength(0);
    await server.saw(/REJECT - \S+ \(no file descriptors left\)/);
    expect(await cpuShareOf(pid)).toBeLessThan(0.15);
    served[0]?.write("ping");
    expect(String(await readExactly(served[0] as (typeof served)[number], 4))).toBe("ping");
    for (const socket of served) socket.destroy();
    await until(() => isServed(server.port), "an echo on a new connection");
    expect(await server.stop()).toBe(0);
  }
});
