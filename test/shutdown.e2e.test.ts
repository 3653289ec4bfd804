import { describe, expect, test } from "bun:test";
import { catchesSigterm } from "./fixtures/process-stats.ts";
import { Program, ServerProgram } from "./fixtures/program.ts";
import { isRefused, openRaw, readAll, readExactly } from "./fixtures/raw-client.ts";
import { until } from "./fixtures/until.ts";

/** A peer whose echoes wait in the server: it has sent 24 MiB and read nothing yet. */
async function backedUp(server: ServerProgram) {
  const socket = await openRaw(server.port);
  socket.pause();
  const sent = Buffer.alloc(24 * 1024 * 1024, "echo");
  socket.write(sent);
  await server.saw(/RX: (\d+) bytes, TX: (?!\1 )\d+ bytes/);
  return { socket, sent };
}

describe.concurrent("shutdown", () => {
  test("sends FIN to everyone at once when nothing is unsent", async () => {
    await using server = await ServerProgram.start();
    const sockets = await Promise.all([openRaw(server.port), openRaw(server.port)]);
    // The kernel resets a connection that is not accepted yet when the listener closes.
    await server.sawTimes(" CONNECT ", 2);
    const ends = sockets.map(readAll);
    server.kill("SIGTERM");
    await Promise.all(ends);
    for (const socket of sockets) socket.end();
    expect(await server.exited()).toBe(0);
    expect(server.stdout.match(/ DISCONNECT /g)).toHaveLength(2);
    expect(server.stdout).toContain("Connections  2 total, peak 2, 0 rejected, 0 timed out, 0 errors");
  });

  test("sends what is unsent first, within the grace period", async () => {
    await using server = await ServerProgram.start("--verbose", "--grace", "20s");
    const { socket, sent } = await backedUp(server);
    const reads = server.stdout.matchAll(/DATA - RX: (\d+)/g);
    const readBefore = [...reads].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
    server.kill("SIGINT");
    const echoed = await readAll(socket);
    socket.destroy();
    expect(await server.exited()).toBe(0);
    const [, total] = await server.saw(/DISCONNECT.*TX: (\d+) bytes/);
    expect(echoed.length).toBe(Number(total));
    expect(echoed.length).toBeGreaterThanOrEqual(readBefore);
    expect(echoed.equals(sent.subarray(0, echoed.length))).toBe(true);
    expect(server.stdout).not.toContain("Cut ");
  });

  test("aborts the connection of a peer that does not read when the grace period is over, and says so", async () => {
    await using server = await ServerProgram.start("--verbose", "--grace", "100ms");
    const { socket } = await backedUp(server);
    expect(await server.stop()).toBe(0);
    expect(server.stdout).toContain("Cut          1 with echoes unsent when the grace period was over");
    socket.destroy();
  });

  test("is not cut short by a second signal that follows at once, but by a later Ctrl+C", async () => {
    await using server = await ServerProgram.start("--verbose", "--grace", "60s");
    const { socket } = await backedUp(server);
    server.kill("SIGTERM");
    server.kill("SIGINT");
    await until(() => isRefused(server.port), "a closed listener, which the first signal causes");
    // Longer than the 300 ms in which a repeated signal counts as the first one.
    await Bun.sleep(400);
    expect(server.child.exitCode).toBeNull();
    server.kill("SIGINT");
    expect(await server.exited()).toBe(130);
    expect(server.stdout).toContain("Stopped after");
    socket.destroy();
  });

  test.each([[["--tls-self-signed"]], [["--workers", "2"]]])(
    "works while the server still starts: %p",
    async (args) => {
      const command = [process.execPath, "server/cli.ts", "--host", "127.0.0.1", "--port", "0", ...args];
      await using server = new Program(command);
      await until(() => catchesSigterm(server.child.pid), "a handler of SIGTERM");
      server.kill("SIGTERM");
      expect(await server.exited()).toBe(0);
      // A summary, or that there is none.
      expect(server.stdout + server.stderr).toContain("Stopped after");
    },
  );

  test("refuses new connections", async () => {
    await using server = await ServerProgram.start("--verbose", "--grace", "60s");
    const quiet = await openRaw(server.port);
    const { socket } = await backedUp(server);
    server.kill("SIGINT");
    await readAll(quiet);
    expect(await isRefused(server.port)).toBe(true);
    quiet.destroy();
    socket.destroy();
    expect(await server.exited()).toBe(0);
  });

  test("ends a connection in the middle of a run by FIN, not by a reset", async () => {
    await using server = await ServerProgram.start();
    const socket = await openRaw(server.port);
    socket.write("ping");
    await readExactly(socket, 4);
    const rest = readAll(socket);
    server.kill("SIGINT");
    expect(await rest).toHaveLength(0);
    socket.end();
    expect(await server.exited()).toBe(0);
  });
});
