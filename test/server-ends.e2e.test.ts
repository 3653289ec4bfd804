import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { startWithAdmin } from "./fixtures/admin.ts";
import { Certificates } from "./fixtures/certificates.ts";
import { isStopped } from "./fixtures/process-stats.ts";
import { Program, ServerProgram } from "./fixtures/program.ts";
import { isRefused, openEchoed } from "./fixtures/raw-client.ts";
import { StalledPipe } from "./fixtures/stalled-pipe.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testInNetwork } from "./fixtures/tools.ts";
import { startUnanswered } from "./fixtures/unanswered.ts";
import { until } from "./fixtures/until.ts";

const folder = new TemporaryFolder();
const certificates = new Certificates();
const authority = await certificates.authority("test-ca");
const { certFile, keyFile } = await certificates.signedBy(authority, "server");
const withTls = ["--tls-cert", certFile, "--tls-key", keyFile];
afterAll(() => {
  folder[Symbol.dispose]();
  certificates[Symbol.dispose]();
});

/** Starts a server through a shell, which makes redirections possible. */
const startInShell = (script: string, ...args: readonly string[]): Program => {
  const command = [process.execPath, "server/cli.ts", "--host", "127.0.0.1", "--port", "0", ...args];
  return new Program(["sh", "-c", script.replace("SERVER", command.join(" "))]);
};

/** Starts a server whose log goes to a pipe that takes no more once the server listens. */
async function startStalled(name: string, toFile: boolean, args: readonly string[]) {
  const path = folder.join(name.replaceAll(" ", "-"));
  const pipe = new StalledPipe(path);
  const server = toFile
    ? startInShell("exec SERVER", "--log-file", path, ...args)
    : startInShell(`exec SERVER > ${path}`, ...args);
  const [, port] = await pipe.saw(/127\.0\.0\.1:(\d+)/);
  pipe.fill();
  (await openEchoed(Number(port))).destroy();
  return { pipe, server, port: Number(port) };
}

const servers: ReadonlyArray<readonly [name: string, args: readonly string[]]> = [
  ["one process", []],
  ["JSON", ["--log-format", "json"]],
  ["live figures", ["--stats"]],
  ["two workers", ["--workers", "2"]],
  ["epoll", ["--engine", "epoll"]],
];

describe.concurrent("a log that nobody reads does not keep the server", () => {
  test.each(servers)("from ending after the grace period: %s", async (name, args) => {
    const { pipe, server } = await startStalled(name, name === "JSON", [...args, "--grace", "100ms"]);
    await using _server = server;
    using _pipe = pipe;
    server.kill("SIGTERM");
    expect(await server.exited()).toBe(1);
    expect(server.stderr).toContain("the log was not written in time: its reader does not read");
    expect(server.stderr).toMatch(/Stopped after|"event":"STOP"/);
  });

  test.each(servers)("from ending at once on a second signal: %s", async (name, args) => {
    const { pipe, server, port } = await startStalled(`${name} 2`, name !== "JSON", [...args, "--grace", "600s"]);
    await using _server = server;
    using _pipe = pipe;
    server.kill("SIGTERM");
    await until(() => isRefused(port), "a closed listener, which the first signal causes");
    // Longer than the 300 ms in which a repeated signal counts as the first one.
    await Bun.sleep(400);
    server.kill("SIGTERM");
    expect(await server.exited()).toBe(130);
    expect(server.stderr).toMatch(/Stopped after|"event":"STOP"/);
  });

  test("from ending when nobody reads its standard error either", async () => {
    using pipe = new StalledPipe(folder.join("both"));
    await using server = startInShell(`exec SERVER > ${folder.join("both")} 2>&1`, "--grace", "100ms");
    await pipe.saw(/Listening on/);
    pipe.fill();
    server.kill("SIGTERM");
    expect(await server.exited()).toBe(1);
  });
});

test("a log file that is a pipe without a reader is wrong usage", async () => {
  const path = folder.join("unread");
  new StalledPipe(path)[Symbol.dispose]();
  await using server = startInShell("exec SERVER", "--log-file", path);
  expect(await server.exited()).toBe(2);
  expect(server.stderr).toBe(`error: --log-file "${path}": cannot be written: it is a pipe that nobody reads\n`);
});

test.each([[[]], [["--workers", "2"]], [["--engine", "epoll"]]])(
  "a full disk under standard output is said once, and by the exit code: %p",
  async (args) => {
    await using server = startInShell("exec SERVER > /dev/full", ...args);
    await server.until(() => (server.stderr.includes("\n") ? true : null), "a message");
    server.kill("SIGTERM");
    expect(await server.exited()).toBe(1);
    const [error, ...summary] = server.stderr.split("\n");
    expect(error).toBe("error: standard output: cannot be written: no space left on the disk");
    expect(summary.join("\n")).toStartWith("\nStopped after");
  },
);

describe.concurrent("a storm of SIGHUP", () => {
  test.each([
    ["a certificate", withTls],
    ["a certificate of two workers", [...withTls, "--workers", "2"]],
    ["a log file", ["--log-file", folder.join("storm.log"), "--engine", "epoll"]],
  ])("reloads %s one at a time, and a stop ends it", async (_name, args) => {
    await using server = await ServerProgram.start(...args);
    for (let i = 0; i < 40; i++) {
      server.kill("SIGHUP");
      await Bun.sleep(5);
    }
    server.kill("SIGTERM");
    expect(await server.exited()).toBe(0);
    expect(server.stderr).toBe("");
    expect((server.stdout.match(/RELOAD/g) ?? []).length).toBeLessThanOrEqual(2);
  });

  test("before the server listens reloads once it does", async () => {
    await using server = startInShell("exec SERVER", ...withTls);
    const hasHandler = async (): Promise<boolean> => {
      const status = await Bun.file(`/proc/${server.child.pid}/status`).text();
      return (BigInt(`0x${/SigCgt:\s+([0-9a-f]+)/.exec(status)?.[1] ?? "0"}`) & 1n) !== 0n;
    };
    await until(hasHandler, "a handler of SIGHUP");
    server.kill("SIGHUP");
    await server.saw(/RELOAD - certificate/);
    server.kill("SIGTERM");
    expect(await server.exited()).toBe(0);
  });
});

describe.concurrent("a name that nobody answers does not keep the server that starts from ending", () => {
  testInNetwork().each([
    ["--host no.example"],
    ["--host no.example --workers 2 --grace 9999h"],
    ["--host no.example --engine epoll"],
    ["--port 0 --admin no.example:9999 --admin-token x"],
  ])("%s", async (args) => {
    using inside = new TemporaryFolder();
    const { program, pid } = await startUnanswered(inside, "server/cli.ts", args);
    await using server = program;
    await until(() => server.stderr.includes("asked"), "a look-up");
    process.kill(pid, "SIGTERM");
    expect(await server.exited()).toBe(0);
    expect(server.stderr).toMatch(/\nStopped after \S+, before it listened\n$/);
    expect(server.stdout).toBe("");
  });
});

test.each([["SIGTERM once", 1, 1] as const, ["SIGTERM twice", 2, 130] as const])(
  "a worker that does not answer does not keep the server from ending: %s",
  async (_name, signals, code) => {
    const { server, overview } = await startWithAdmin("--workers", "2", "--grace", signals === 1 ? "100ms" : "600s");
    await using _server = server;
    // The kernel chooses the worker of a connection.
    const isFirst = async (): Promise<boolean> => (await overview()).workers[0]?.counters.active === 1;
    while (!(await isFirst())) (await openEchoed(server.port)).unref();
    const { workers } = await overview();
    const pid = workers[0]?.pid ?? 0;
    process.kill(pid, "SIGSTOP");
    await until(() => isStopped(pid), "a worker that stands still");
    server.kill("SIGTERM");
    if (signals === 2) {
      // Longer than the 300 ms in which a repeated signal counts as the first one.
      await Bun.sleep(400);
      server.kill("SIGTERM");
    }
    expect(await server.exited()).toBe(code);
    expect(server.stdout).toMatch(
      / WORKER - 0 \(PID \d+\) did not stop in time and was killed, and 1 connection with it\n[^]*Stopped after/,
    );
    expect(server.stderr).toBe("error: echoes may be lost: 1 worker did not stop in time, and had to be killed\n");
    await until(() => workers.every((worker) => !existsSync(`/proc/${worker.pid}`)), "the end of all workers");
  },
);

test.each([[[]], [["--engine", "epoll"]], [["--workers", "2"]], [["--tls-self-signed"]]])(
  "a limit of 12 open files is named: %p",
  async (args) => {
    await using server = startInShell("ulimit -n 12; exec SERVER", ...args);
    expect(await server.exited()).toBe(3);
    expect(server.stderr).toMatch(/^error: the limit of open files is 12: expected at least \d+.*; see ulimit -n\n$/);
  },
);
