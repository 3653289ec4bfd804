import { describe, expect, test } from "bun:test";
import { createHash, randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Socket } from "bun";
import { descriptorsOf, residentBytes } from "./fixtures/process-stats.ts";
import { Program, runClientForResult, ServerProgram, to } from "./fixtures/program.ts";
import { closed, openRaw, readAll, readExactly } from "./fixtures/raw-client.ts";
import { testWith } from "./fixtures/tools.ts";

const MEBIBYTE = 2 ** 20;
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Expects a load that verifies every byte to pass. */
async function expectHealthy(server: ServerProgram): Promise<void> {
  const load = ["--conns", "5", "--messages", "2000"];
  const { exitCode, result } = await runClientForResult(...to(server), ...load);
  expect(result.errors.total).toBe(0);
  expect(result.totals.messages).toBe(2_000);
  expect(exitCode).toBe(0);
}

describe("a hostile client", () => {
  test("that sends one byte at a time gets each one back", async () => {
    await using server = await ServerProgram.start();
    const socket = await openRaw(server.port);
    socket.setNoDelay(true);
    const bytes = randomBytes(500);
    for (const [i] of bytes.entries()) {
      const echo = readExactly(socket, 1);
      socket.write(bytes.subarray(i, i + 1));
      expect((await echo)[0]).toBe(bytes[i]);
    }
    socket.destroy();
  });

  test("that sends 64 MiB, half-closes and reads slowly gets every byte back", async () => {
    await using server = await ServerProgram.start();
    const sent = randomBytes(64 * MEBIBYTE);
    const socket = await openRaw(server.port);
    socket.pause();
    socket.end(sent);
    const hash = createHash("sha256");
    let received = 0;
    for await (const chunk of socket) {
      hash.update(chunk);
      received += chunk.length;
      await setImmediate();
    }
    expect(received).toBe(sent.length);
    expect(hash.digest("hex")).toBe(sha256(sent));
    await server.saw(/DISCONNECT - \S+ \(\S+ connected, RX: 67108864 bytes, TX: 67108864 bytes\)/);
  });

  test("that reads nothing before the server has read its 64 MiB and FIN gets every byte back", async () => {
    await using server = await ServerProgram.start("--buffer", "100m", "--verbose");
    const sent = randomBytes(64 * MEBIBYTE);
    const socket = await openRaw(server.port);
    socket.pause();
    socket.end(sent);
    const isReadWhole = (): true | null => {
      const reads = server.stdout.matchAll(/DATA - RX: (\d+)/g);
      return [...reads].reduce((sum, [, bytes]) => sum + Number(bytes), 0) === sent.length || null;
    };
    await server.until(isReadWhole, "DATA lines of all bytes");
    expect(sha256(await readAll(socket))).toBe(sha256(sent));
  });

  test("that half-closes before it sends anything gets a FIN", async () => {
    await using server = await ServerProgram.start();
    const socket = await openRaw(server.port);
    socket.end();
    expect(await readAll(socket)).toHaveLength(0);
  });

  test("that resets in the middle of a transfer, twenty times, harms nobody", async () => {
    await using server = await ServerProgram.start();
    for (let i = 0; i < 20; i++) {
      const socket = await openRaw(server.port);
      socket.write(randomBytes(MEBIBYTE));
      await readExactly(socket, 1_000);
      socket.resetAndDestroy();
      await closed(socket);
    }
    await server.saw(/ERROR - \S+ \(connection reset by peer\)/);
    await server.sawTimes(" DISCONNECT ", 20);
    await expectHealthy(server);
    expect(await server.stop()).toBe(0);
  });

  testWith("socat")("that is killed while it sends, ten times, harms nobody", async () => {
    await using server = await ServerProgram.start();
    for (let i = 0; i < 10; i++) {
      await using flood = new Program(["socat", "/dev/zero", `TCP:127.0.0.1:${server.port}`]);
      await server.sawTimes(" CONNECT ", i + 1);
      flood.kill("SIGKILL");
      await server.sawTimes(" DISCONNECT ", i + 1);
    }
    await expectHealthy(server);
  });

  test("that sends forever and never reads, 500 times, costs bounded memory, and others are served", async () => {
    await using server = await ServerProgram.start("--quiet");
    const before = residentBytes(server.child.pid);
    const flood = Buffer.alloc(MEBIBYTE, "flood");
    const keepSending = (socket: Socket): void => {
      while (socket.write(flood) === flood.length) continue;
    };
    const handler = { open: (socket: Socket) => (socket.pause(), keepSending(socket)), drain: keepSending, data() {} };
    const connect = () => Bun.connect({ hostname: "127.0.0.1", port: server.port, socket: handler });
    const peers = await Promise.all(Array.from({ length: 500 }, connect));
    await expectHealthy(server);
    // What one peer may hold: its echo buffer and the read that overflowed it, 512 KiB at most.
    expect(residentBytes(server.child.pid) - before).toBeLessThan(500 * 0.5 * MEBIBYTE + 100 * MEBIBYTE);
    for (const peer of peers) peer.terminate();
    expect(await server.stop()).toBe(0);
  });

  test("that connects briefly, 10,000 times, leaves no open descriptor", async () => {
    await using server = await ServerProgram.start();
    const before = descriptorsOf(server.child.pid);
    for (let round = 0; round < 100; round++) {
      const sockets = await Promise.all(Array.from({ length: 100 }, () => openRaw(server.port)));
      const echoes = sockets.map((socket) => {
        socket.end("hello");
        return readAll(socket);
      });
      for (const echo of await Promise.all(echoes)) expect(String(echo)).toBe("hello");
    }
    await server.sawTimes(" DISCONNECT ", 10_000);
    expect(descriptorsOf(server.child.pid)).toBeLessThanOrEqual(before + 1);
    await server.stop();
    expect(server.stdout).toContain("Connections  10,000 total");
    expect(server.stdout).toContain("0 errors");
    expect(server.stdout).toContain("Data         50.0 kB received, 50.0 kB echoed");
  });

  test("that scans ports, with connections that are reset at once, harms nobody", async () => {
    await using server = await ServerProgram.start();
    for (let i = 0; i < 200; i++) (await openRaw(server.port)).resetAndDestroy();
    await server.sawTimes(" DISCONNECT ", 200);
    await expectHealthy(server);
  });

  test("that sends garbage, such as a TLS or HTTP request, gets it back like anything else", async () => {
    await using server = await ServerProgram.start();
    const greetings = [
      Buffer.from("16030100c8010000c4030300", "hex"),
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      randomBytes(5_000),
    ];
    for (const garbage of greetings) {
      const socket = await openRaw(server.port);
      socket.end(garbage);
      expect((await readAll(socket)).equals(garbage)).toBe(true);
    }
  });
});
