import { describe, expect, test } from "bun:test";
import { epollAvailable } from "../lib/posix/epoll.ts";
import { cpuTicksOf, descriptorsOf } from "./fixtures/process-stats.ts";
import { runClient, runClientForResult, runTool, ServerProgram } from "./fixtures/program.ts";
import { closed, openRaw, readExactly } from "./fixtures/raw-client.ts";
import { testWith } from "./fixtures/tools.ts";

/** A connection that is echoed on. */
async function openEchoed(port: number) {
  const socket = await openRaw(port);
  socket.write("x");
  await readExactly(socket, 1);
  return socket;
}

describe.if(epollAvailable)("--engine", () => {
  for (const [server, client] of [
    ["epoll", "epoll"],
    ["bun", "bun"],
    ["epoll", "bun"],
    ["bun", "epoll"],
  ] as const) {
    test(`a server on ${server} and a client on ${client} exchange every byte, whatever the size`, async () => {
      await using program = await ServerProgram.start("--engine", server);
      const load = ["--port", String(program.port), "--engine", client, "--warmup", "50ms", "--duration", "300ms"];
      for (const more of [
        ["--conns", "30", "--size", "1-5000", "--pipeline", "8"],
        ["--conns", "5", "--size", "64:5,300000:1"],
        ["--conns", "3", "--mode", "stream"],
        ["--conns", "3", "--mode", "churn"],
      ]) {
        const { exitCode, result } = await runClientForResult(...load, ...more);
        expect(result.errors.total).toBe(0);
        expect(result.options["engine"]).toBe(client);
        expect(result.throughput.bytesPerSecond).toBeGreaterThan(0);
        expect(exitCode).toBe(0);
      }
      expect(await program.stop()).toBe(0);
      const [, received, echoed] = /^Data +(.+) received, (.+) echoed$/m.exec(program.stdout) ?? [];
      expect(echoed).toBe(received);
    });
  }

  test("auto is epoll for the client, and Bun's sockets where TLS is asked for", async () => {
    await using server = await ServerProgram.start("--engine", "auto", "--tls-self-signed");
    const load = ["--port", String(server.port), "--messages", "10"];
    const { result } = await runClientForResult(...load, "--tls", "--insecure");
    expect(result.options["engine"]).toBe("bun");
    await using plain = await ServerProgram.start();
    expect((await runClientForResult("--port", String(plain.port), "--messages", "10")).result.options["engine"]).toBe(
      process.env["ECHO_CLIENT_ENGINE"] ?? "epoll",
    );
  });

  test("epoll where it cannot be is one clear line and exit 2", async () => {
    const client = await runClient("--engine", "epoll", "--tls");
    expect([client.exitCode, client.stderr]).toEqual([
      2,
      `error: --engine "epoll": expected without --tls, which Bun's sockets alone have\n`,
    ]);
    const server = await runTool(
      [process.execPath, "server/cli.ts", "--port", "0", "--engine", "epoll", "--tls-self-signed"],
      "",
    );
    expect(server.exitCode).toBe(2);
    expect(server.stderr).toBe(
      `error: --engine "epoll": expected without --tls-cert and --tls-self-signed, which Bun's sockets alone have\n`,
    );
  });

  test("a server on epoll sleeps while nothing happens, and closes every descriptor", async () => {
    await using server = await ServerProgram.start("--engine", "epoll");
    const { pid } = server.child;
    const kept = await openEchoed(server.port);
    const before = descriptorsOf(pid);
    const load = ["--port", String(server.port), "--conns", "200", "--messages", "2000"];
    expect((await runClient(...load)).exitCode).toBe(0);
    await server.sawTimes(" DISCONNECT ", 200);
    expect(descriptorsOf(pid)).toBe(before);
    const ticks = cpuTicksOf(pid);
    await Bun.sleep(1_000);
    // A loop that is busy would have used up to 100 of them.
    expect(cpuTicksOf(pid) - ticks).toBeLessThan(10);
    kept.destroy();
  });

  testWith("prlimit")("out of descriptors a server on epoll waits, and goes on when one is free", async () => {
    await using server = await ServerProgram.start("--engine", "epoll");
    const { pid } = server.child;
    const first = await openEchoed(server.port);
    const limit = `--nofile=${descriptorsOf(pid) + 1}`;
    expect((await runTool(["prlimit", `--pid=${pid}`, limit], "")).exitCode).toBe(0);
    const second = await openEchoed(server.port);
    const third = await openRaw(server.port);
    third.write("y");
    const ticks = cpuTicksOf(pid);
    await Bun.sleep(500);
    expect(cpuTicksOf(pid) - ticks).toBeLessThan(10);
    expect(third.bytesRead).toBe(0);
    second.destroy();
    expect(String(await readExactly(third, 1))).toBe("y");
    first.write("z");
    expect(String(await readExactly(first, 1))).toBe("z");
    first.destroy();
    third.destroy();
    await Promise.all([closed(first), closed(third)]);
  });

  test("a peer that floods a server on epoll does not keep it from the others", async () => {
    await using server = await ServerProgram.start("--engine", "epoll", "--quiet");
    const flood = runClientForResult("--port", String(server.port), "--mode", "stream", "--duration", "2s");
    const { result, exitCode } = await runClientForResult(
      ...["--port", String(server.port), "--conns", "5", "--messages", "500", "--timeout", "2s"],
    );
    expect(exitCode).toBe(0);
    expect(result.totals.messages).toBe(500);
    expect((await flood).exitCode).toBe(0);
  });
});
