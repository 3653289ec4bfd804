import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Program, ServerProgram, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

async function failToStart(prefix: readonly string[], ...args: readonly string[]) {
  await using server = new Program([...prefix, process.execPath, "server/cli.ts", ...args]);
  const exitCode = await server.exited();
  return { exitCode, stdout: server.stdout, stderr: server.stderr };
}

describe.concurrent("a server that cannot listen says why and what to do", () => {
  test("when the port is in use", async () => {
    await using first = await ServerProgram.start();
    const { exitCode, stderr, stdout } = await failToStart([], "--host", "127.0.0.1", ...to(first));
    expect(exitCode).toBe(3);
    expect(stdout).toBe("");
    expect(stderr).toContain(`port ${first.port} is already in use; choose another with --port`);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  testWith("setpriv")("when the port is privileged", async () => {
    const firstFree = Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
    expect(firstFree).toBeGreaterThan(1);
    const asNobody =
      process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--bounding-set=-all", "--clear-groups"] : [];
    const { exitCode, stderr } = await failToStart(asNobody, "--host", "127.0.0.1", "--port", "1");
    expect(exitCode).toBe(3);
    expect(stderr).toContain("127.0.0.1:1: permission denied; ports below 1024 are privileged");
  });

  test("when the address is of another machine", async () => {
    const { exitCode, stderr } = await failToStart([], "--host", "203.0.113.1", "--port", "0");
    expect(exitCode).toBe(3);
    expect(stderr).toContain("address not available; no interface of this machine has 203.0.113.1");
  });

  test("when the host is unknown", async () => {
    const { exitCode, stderr } = await failToStart([], "--host", "no-such-host.invalid");
    expect(exitCode).toBe(3);
    expect(stderr).toContain('--host "no-such-host.invalid": unknown host');
  });

  test("when a file is in the place of its Unix socket, which it leaves alone", async () => {
    using folder = new TemporaryFolder();
    const path = folder.write("file", "precious");
    const { exitCode, stderr } = await failToStart([], "--unix", path);
    expect(exitCode).toBe(3);
    expect(stderr).toContain("already in use; another program listens there, or the path is no socket");
    expect(readFileSync(path, "utf8")).toBe("precious");
  });

  test("when a server listens on its Unix socket, but not when a killed one has left the socket", async () => {
    using folder = new TemporaryFolder();
    const path = folder.join("echo.sock");
    {
      await using killed = await ServerProgram.start("--unix", path);
      const { exitCode } = await failToStart([], "--unix", path);
      expect(exitCode).toBe(3);
      killed.kill("SIGKILL");
      await killed.exited();
    }
    await using next = await ServerProgram.start("--unix", path);
    expect(await next.stop()).toBe(0);
  });

  test.each([
    [["--buffer", "0"], '--buffer "0": expected a size from 1 to 1 GiB such as 1024, 64k or 1MB'],
    [["--buffer", "2GB"], '--buffer "2GB": expected a size from 1 to 1 GiB'],
    [["--port", "65536"], '--port "65536": expected an integer from 0 to 65535'],
    [["--port"], "--port: expected a value (PORT)"],
    [["--port", "--quiet"], "--port: expected a value (PORT), found --quiet"],
    [["--allow", "10.0.0.0/8,10.0.0.0/33"], '--allow "10.0.0.0/33": expected an address or a range'],
    [["--idle-timeout", "30"], '--idle-timeout "30": expected a duration of at least 100ms such as'],
    [["--prot", "1"], '--prot "1": unknown flag; did you mean --port?'],
    [["--unix", "/x", "--host", "::1"], '--host "::1": expected without --unix "/x"'],
    [["run"], '"run": unexpected word'],
    [["--quiet", "--verbose"], "--quiet: expected without --verbose"],
  ])("with wrong usage: %p", async (args, message) => {
    const { exitCode, stdout, stderr } = await failToStart([], ...args);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  });
});
