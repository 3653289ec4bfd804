import { describe, expect, test } from "bun:test";
import { Program, runClient, runTool, ServerProgram } from "./fixtures/program.ts";
import { openRaw, readAll, readExactly } from "./fixtures/raw-client.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

const port = (server: ServerProgram): string => String(server.port);

describe.concurrent("the request's acceptance criteria and test scenarios", () => {
  test("the server starts, says where it listens, and ends cleanly on Ctrl+C", async () => {
    await using server = await ServerProgram.start();
    expect(server.stdout).toMatch(/^Echo Server v1\.0\.0\nListening on 127\.0\.0\.1:\d+\nPress Ctrl\+C to stop\n/);
    expect(await server.stop()).toBe(0);
    expect(server.stdout).toContain("Stopped after");
    expect(server.stderr).toBe("");
  });

  testWith("nc.openbsd")('echo "Hello, World!" | nc gets back what it sends', async () => {
    await using server = await ServerProgram.start();
    const { stdout, exitCode } = await runTool(["nc.openbsd", "-N", "127.0.0.1", port(server)], "Hello, World!\n");
    expect(stdout).toBe("Hello, World!\n");
    expect(exitCode).toBe(0);
  });

  testWith("ncat")("ncat gets back what it sends", async () => {
    await using server = await ServerProgram.start();
    const { stdout, exitCode } = await runTool(["ncat", "127.0.0.1", port(server)], "Hello, World!\n");
    expect(stdout).toBe("Hello, World!\n");
    expect(exitCode).toBe(0);
  });

  testWith("socat")("socat gets back what it sends over IPv4, IPv6 and a Unix socket", async () => {
    await using server = await ServerProgram.start("--host", "[::]");
    using folder = new TemporaryFolder();
    const path = folder.join("echo.sock");
    await using unix = await ServerProgram.start("--unix", path);
    for (const peer of [`TCP4:127.0.0.1:${port(server)}`, `TCP6:[::1]:${port(server)}`, `UNIX-CONNECT:${path}`]) {
      const { stdout } = await runTool(["socat", "-t", "5", "-", peer], "Hello, World!\n");
      expect(stdout).toBe("Hello, World!\n");
    }
    await server.saw(/DISCONNECT - \[::1\]:\d+/);
    await unix.saw(/DISCONNECT - unix#1/);
    expect(server.stdout).toMatch(/CONNECT - 127\.0\.0\.1:\d+/);
  });

  testWith("telnet")("telnet sends several messages on one connection", async () => {
    await using server = await ServerProgram.start();
    await using telnet = new Program(["telnet", "127.0.0.1", port(server)]);
    await telnet.saw(/Connected to/);
    for (const word of ["first", "second", "third"]) {
      void telnet.child.stdin.write(`${word}\r\n`);
      void telnet.child.stdin.flush();
      await telnet.saw(new RegExp(`^${word}`, "m"));
    }
    expect(telnet.stdout.replaceAll("\r", "")).toEndWith("first\nsecond\nthird\n");
    expect(await server.stop()).toBe(0);
    expect(server.stdout).toContain("Connections  1 total");
  });

  test("five clients at the same time each get their own echo", async () => {
    await using server = await ServerProgram.start();
    const clients = await Promise.all(Array.from({ length: 5 }, () => openRaw(server.port)));
    const echoes = clients.map((client, i) => {
      client.write(`from client ${i}`);
      return readExactly(client, 13);
    });
    expect((await Promise.all(echoes)).map(String)).toEqual([0, 1, 2, 3, 4].map((i) => `from client ${i}`));
    expect(server.stdout.match(/ DISCONNECT /g)).toBeNull();
    for (const client of clients) client.end();
    await Promise.all(clients.map(readAll));
    await server.stop();
    expect(server.stdout).toContain("Connections  5 total, peak 5, 0 rejected, 0 timed out, 0 errors");
  });

  testWith("socat")("the server continues after a client was killed", async () => {
    await using server = await ServerProgram.start();
    await using killed = new Program(["socat", "-u", "/dev/zero", `TCP:127.0.0.1:${port(server)}`]);
    await server.saw(/ CONNECT /);
    killed.kill("SIGKILL");
    await server.saw(/ DISCONNECT /);
    const after = await openRaw(server.port);
    after.end("still there?");
    expect(String(await readAll(after))).toBe("still there?");
  });

  test("the client says in one line that no server runs there", async () => {
    const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const free = probe.port;
    probe.stop(true);
    const { exitCode, stdout, stderr } = await runClient("--port", String(free), "--conns", "1000");
    expect(exitCode).toBe(3);
    expect(stdout).toBe("");
    expect(stderr).toBe(
      `error: could not connect to 127.0.0.1:${free}: connection refused (is the server running there? start one with: bun run server)\n`,
    );
  });
});
