import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { epollAvailable } from "../lib/posix/epoll.ts";
import { cpuShareOf, descriptorsOf, residentBytes } from "./fixtures/process-stats.ts";
import { runClientForResult, runTool, ServerProgram, to } from "./fixtures/program.ts";
import { closed, isRefused, openEchoed, openRaw, readAll, readExactly } from "./fixtures/raw-client.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

const MEBIBYTE = 2 ** 20;
const engines = epollAvailable ? (["bun", "epoll"] as const) : (["bun"] as const);

describe.concurrent.each(engines)("a server on %s", (engine) => {
  const start = (...args: readonly string[]) => ServerProgram.start("--engine", engine, ...args);

  /** A peer whose echoes wait in the server: it has sent 16 MiB and read nothing yet. */
  async function openBackedUp(server: ServerProgram) {
    const socket = await openRaw(server.port);
    socket.pause();
    const sent = randomBytes(16 * MEBIBYTE);
    socket.write(sent);
    await server.saw(/RX: (\d+) bytes, TX: (?!\1 )\d+ bytes/);
    return { socket, sent };
  }

  test("echoes chunks of every size, one after the other and in a pipeline", async () => {
    await using server = await start();
    const socket = await openRaw(server.port);
    const chunks = [1, 2, 1_023, 1_024, 1_025, 65_536, 300_000].map((size) => randomBytes(size));
    for (const chunk of chunks) {
      socket.write(chunk);
      expect((await readExactly(socket, chunk.length)).equals(chunk)).toBe(true);
    }
    for (const chunk of chunks) socket.write(chunk);
    const all = Buffer.concat(chunks);
    expect((await readExactly(socket, all.length)).equals(all)).toBe(true);
    socket.destroy();
  });

  test("answers a half-close after the last echo, and one before the first byte", async () => {
    await using server = await start();
    const sent = randomBytes(MEBIBYTE);
    const [silent, busy] = await Promise.all([openRaw(server.port), openRaw(server.port)]);
    silent.end();
    busy.end(sent);
    expect(await readAll(silent)).toHaveLength(0);
    expect((await readAll(busy)).equals(sent)).toBe(true);
    await server.saw(/DISCONNECT - \S+ \(\S+ connected, RX: 1048576 bytes, TX: 1048576 bytes\)/);
  });

  test("loses no byte of a peer that reads late, half-closed", async () => {
    await using server = await start("--verbose");
    const { socket, sent } = await openBackedUp(server);
    socket.end();
    expect((await readAll(socket)).equals(sent)).toBe(true);
    await server.saw(/DISCONNECT - \S+ \(\S+ connected, RX: 16777216 bytes, TX: 16777216 bytes\)/);
  });

  test("holds little of peers that never read, and serves others", async () => {
    await using server = await start("--quiet");
    const before = residentBytes(server.child.pid);
    const flood = Buffer.alloc(32 * MEBIBYTE);
    const peers = await Promise.all(Array.from({ length: 20 }, () => openRaw(server.port)));
    for (const peer of peers) peer.pause().write(flood);
    const load = ["--conns", "5", "--messages", "1000", "--timeout", "3s"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect(result.totals.messages).toBe(1_000);
    expect(exitCode).toBe(0);
    expect(residentBytes(server.child.pid) - before).toBeLessThan(150 * MEBIBYTE);
    for (const peer of peers) peer.destroy();
  });

  test("serves others while a peer floods it", async () => {
    await using server = await start("--quiet");
    const flood = runClientForResult(...to(server), "--mode", "stream", "--warmup", "0", "--duration", "1500ms");
    const load = ["--conns", "5", "--messages", "500", "--timeout", "2s"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect(result.totals.messages).toBe(500);
    expect(exitCode).toBe(0);
    expect((await flood).exitCode).toBe(0);
  });

  test("logs a reset, of an idle peer and in the middle of a transfer, and keeps the others", async () => {
    await using server = await start();
    const [other, idle] = [await openEchoed(server.port), await openEchoed(server.port)];
    idle.resetAndDestroy();
    await server.saw(/ERROR - \S+ \(connection reset by peer\)/);
    for (let i = 0; i < 5; i++) {
      const socket = await openRaw(server.port);
      socket.write(randomBytes(MEBIBYTE));
      await readExactly(socket, 1_000);
      socket.resetAndDestroy();
      await closed(socket);
    }
    await server.sawTimes(" DISCONNECT ", 6);
    other.end("still here");
    expect(String(await readAll(other))).toBe("still here");
    expect(await server.stop()).toBe(0);
    expect(server.stdout).toMatch(/Connections +7 total, .* [1-6] errors/);
  });

  test("sleeps while nothing happens, and leaves no descriptor open", async () => {
    await using server = await start();
    const { pid } = server.child;
    const kept = await openEchoed(server.port);
    const before = descriptorsOf(pid);
    for (let round = 0; round < 5; round++) {
      const sockets = await Promise.all(Array.from({ length: 100 }, () => openRaw(server.port)));
      for (const socket of sockets) socket.end("hello");
      for (const echo of await Promise.all(sockets.map(readAll))) expect(String(echo)).toBe("hello");
    }
    await server.sawTimes(" DISCONNECT ", 500);
    expect(descriptorsOf(pid)).toBeLessThanOrEqual(before + 1);
    // A busy loop would use one CPU, or its part of it.
    expect(await cpuShareOf(pid)).toBeLessThan(0.15);
    kept.destroy();
    server.kill("SIGHUP");
    await server.saw(/RELOAD - nothing to reload/);
  });

  test("closes idle connections, also those whose peer has stopped reading", async () => {
    await using server = await start("--idle-timeout", "500ms");
    const [idle, stalled, busy] = [
      await openRaw(server.port),
      await openRaw(server.port),
      await openEchoed(server.port),
    ];
    stalled.pause().write(Buffer.alloc(16 * MEBIBYTE));
    const chatter = setInterval(() => busy.write("."), 50);
    busy.resume();
    await readAll(idle);
    idle.destroy();
    await server.sawTimes(" TIMEOUT ", 2);
    clearInterval(chatter);
    expect(busy.closed).toBe(false);
    for (const socket of [stalled, busy]) socket.destroy();
  });

  test("turns away a connection above its limit, and keeps the others", async () => {
    await using server = await start("--max-conns", "1");
    const first = await openEchoed(server.port);
    expect(await readAll(await openRaw(server.port))).toHaveLength(0);
    await server.saw(/REJECT - 127\.0\.0\.1:\d+ \(limit of 1 connections reached\)/);
    first.end("ping");
    expect(String(await readAll(first))).toBe("ping");
    await server.saw(/DISCONNECT/);
    (await openEchoed(server.port)).destroy();
  });

  test("sends unsent echoes when it is stopped, and then FIN to everyone", async () => {
    await using server = await start("--verbose", "--grace", "20s");
    const quiet = await openEchoed(server.port);
    const { socket, sent } = await openBackedUp(server);
    server.kill("SIGINT");
    expect(await readAll(quiet)).toHaveLength(0);
    quiet.end();
    const echoed = await readAll(socket);
    socket.destroy();
    expect(await server.exited()).toBe(0);
    expect(server.stdout).toContain(`TX: ${echoed.length} bytes`);
    expect(echoed.length).toBeGreaterThan(0);
    expect(echoed.equals(sent.subarray(0, echoed.length))).toBe(true);
    expect(server.stdout).not.toContain("Cut ");
  });

  test("aborts a connection with unsent echoes when the grace period is over, and accepts none meanwhile", async () => {
    await using server = await start("--verbose", "--grace", "300ms");
    const quiet = await openEchoed(server.port);
    const { socket } = await openBackedUp(server);
    server.kill("SIGTERM");
    await readAll(quiet);
    expect(await isRefused(server.port)).toBe(true);
    quiet.destroy();
    expect(await server.exited()).toBe(0);
    expect(server.stdout).toContain("Cut          1 with echoes unsent when the grace period was over");
    socket.destroy();
  });

  test("makes capitals of ASCII letters, however they arrive", async () => {
    await using server = await start("--transform", "uppercase");
    const socket = await openRaw(server.port);
    socket.write("Hello, ");
    expect(String(await readExactly(socket, 7))).toBe("HELLO, ");
    socket.end("Wörld!\0");
    expect(String(await readAll(socket))).toBe("WöRLD!\0");
  });

  test("listens on IPv4 and IPv6 at once", async () => {
    await using server = await start("--host", "::");
    for (const host of ["127.0.0.1", "::1"]) {
      const socket = await openRaw(server.port, host);
      socket.end(host);
      expect(String(await readAll(socket))).toBe(host);
    }
    await server.saw(/DISCONNECT - \[::1\]:\d+/);
    await server.saw(/DISCONNECT - 127\.0\.0\.1:\d+/);
  });

  test("listens on a Unix socket that a killed server has left, not on a file", async () => {
    using folder = new TemporaryFolder();
    const path = folder.join("echo.sock");
    await using killed = await start("--unix", path);
    killed.kill("SIGKILL");
    await killed.exited();
    await using _server = await start("--unix", path);
    const socket = await openRaw({ path });
    socket.end("hello");
    expect(String(await readAll(socket))).toBe("hello");
    const command = [process.execPath, "server/cli.ts", "--engine", engine, "--unix", folder.write("file", "precious")];
    const { exitCode, stderr } = await runTool(command, "");
    expect(stderr).toContain("already in use; another program listens there, or the path is no socket");
    expect(exitCode).toBe(3);
  });

  test("leaves the socket file of another server that has bound its path", async () => {
    using folder = new TemporaryFolder();
    const path = folder.join("echo.sock");
    await using first = await start("--unix", path);
    rmSync(path);
    await using _second = await start("--unix", path);
    expect(await first.stop()).toBe(0);
    const socket = await openRaw({ path });
    socket.end("hello");
    expect(String(await readAll(socket))).toBe("hello");
    expect(readdirSync(dirname(path))).toEqual(["echo.sock"]);
  });

  test("stops in good order when its socket file is gone", async () => {
    using folder = new TemporaryFolder();
    const path = folder.join("echo.sock");
    await using server = await start("--unix", path);
    rmSync(path);
    expect(await server.stop()).toBe(0);
    expect(server.stderr).toBe("");
  });

  test("says why it cannot listen", async () => {
    await using other = await start();
    for (const [host, port, message] of [
      ["203.0.113.1", "0", "address not available; no interface of this machine has 203.0.113.1"],
      ["127.0.0.1", String(other.port), `port ${other.port} is already in use; choose another with --port`],
    ] as const) {
      const command = [process.execPath, "server/cli.ts", "--engine", engine, "--host", host, "--port", port];
      const { exitCode, stderr } = await runTool(command, "");
      expect(stderr).toContain(message);
      expect(exitCode).toBe(3);
    }
  });

  testWith("ss")("sets backlog, keep-alive probes and buffers", async () => {
    await using server = await start("--backlog", "123", "--keepalive", "1000s", "--buffer", "64k");
    const socket = await openEchoed(server.port);
    const { stdout: listening } = await runTool(["ss", "-Htln", "sport", "=", `:${server.port}`], "");
    expect(listening).toMatch(/^LISTEN +0 +123 /);
    const { stdout: connected } = await runTool(["ss", "-Htnom", "sport", "=", `:${server.port}`], "");
    expect(connected).toMatch(/timer:\(keepalive,16min/);
    expect(connected).toMatch(/skmem:\(r0,rb131072,t0,tb131072,/);
    socket.destroy();
  });

  test("shares its port among workers", async () => {
    await using server = await start("--workers", "2", "--admin", "127.0.0.1:0");
    const [, url = ""] = await server.saw(/Live page at (http:\S+)\n/);
    const sockets = await Promise.all(Array.from({ length: 40 }, () => openEchoed(server.port)));
    const { workers } = (await (await fetch(`${url}stats.json`)).json()) as {
      workers: Array<{ counters: { connections: number } }>;
    };
    expect(workers).toHaveLength(2);
    for (const worker of workers) expect(worker.counters.connections).toBeGreaterThan(0);
    for (const socket of sockets) socket.destroy();
    expect(await server.stop()).toBe(0);
    expect(server.stdout).toContain("Connections  40 total");
  });
});
