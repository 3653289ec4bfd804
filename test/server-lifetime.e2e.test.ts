import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { Program, runClient, ServerProgram, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { until } from "./fixtures/until.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const startServer = (...args: readonly string[]): Program => {
  const port = args.includes("--port") ? [] : ["--port", "0"];
  return new Program([process.execPath, "server/cli.ts", "--host", "127.0.0.1", ...port, ...args]);
};

describe.concurrent("a server for a script", () => {
  test.each(["epoll", "bun"])("ends after its duration, on %s", async (engine) => {
    await using server = startServer("--duration", "300ms", "--engine", engine);
    expect(await server.exited()).toBe(0);
    expect(server.stdout).toContain("Stopped after ");
  });

  test.each(["1", "2"])("ends after its first test, with %s workers", async (workers) => {
    await using server = await ServerProgram.start("--once", "--workers", workers);
    const load = ["--conns", "4", "--messages", "100"];
    expect((await runClient(...to(server), ...load)).exitCode).toBe(0);
    expect(await server.exited()).toBe(0);
    expect(server.stdout).toContain("Connections  4 total");
  });

  test("says in a file where it listens, as soon as clients can connect", async () => {
    const path = folder.join("ready.json");
    await using server = startServer("--ready-file", path);
    const text = await until(() => {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return "";
      }
    }, "the file");
    const { endpoint, pid } = JSON.parse(text);
    expect(pid).toBe(server.child.pid);
    const port = Number(/:(\d+)$/.exec(endpoint)?.[1]);
    expect((await runClient(...to({ port }), "--messages", "1")).exitCode).toBe(0);
  });

  test.each([
    ["removes the file of an earlier server", '{"endpoint":"127.0.0.1:1","endpoints":[],"pid":1}', false],
    ["keeps a file of another kind", "precious", true],
  ])("%s when it cannot listen", async (what, content, isKept) => {
    await using other = await ServerProgram.start();
    const path = folder.write(what, content);
    await using server = startServer("--ready-file", path, "--port", String(other.port));
    expect(await server.exited()).toBe(3);
    expect(existsSync(path)).toBe(isKept);
  });

  test("says so on a descriptor too", async () => {
    const command = `${process.execPath} server/cli.ts --host 127.0.0.1 --port 0 --duration 1s --ready-file /dev/fd/3`;
    await using server = new Program(["sh", "-c", `${command} 3>&1 >/dev/null`]);
    await server.saw(/"endpoint":"127\.0\.0\.1:\d+"/);
    expect(await server.exited()).toBe(0);
  });

  test.each<[string, readonly string[], number, string]>([
    ["a folder that is not there", ["--ready-file", "/no/such/x"], 2, '--ready-file "/no/such/x": cannot be written'],
    [
      "a disk that is full",
      ["--ready-file", "/dev/full"],
      1,
      '--ready-file "/dev/full": cannot be written: no space left on the disk',
    ],
    ["standard output", ["--ready-file", "-"], 2, '--ready-file "-": expected a file'],
    ["a time that is none", ["--duration", "0"], 2, '--duration "0": expected'],
  ])("refuses %s", async (_, args, exitCode, reason) => {
    await using server = startServer(...args);
    expect(await server.exited()).toBe(exitCode);
    expect(server.stderr).toContain(reason);
  });
});
