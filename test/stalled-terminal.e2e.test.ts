import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { echo, startHostileServer } from "./fixtures/hostile-server.ts";
import { isStopped } from "./fixtures/process-stats.ts";
import { Program, ServerProgram, to } from "./fixtures/program.ts";
import { isRefused, openEchoed } from "./fixtures/raw-client.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { startServerOnTerminal, TerminalProgram } from "./fixtures/terminal-program.ts";
import { testWith } from "./fixtures/tools.ts";
import { until } from "./fixtures/until.ts";

/** Longer than the 300 ms in which a repeated signal counts as the first one. */
const NO_REPETITION_MS = 400;

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);

describe.concurrent("Ctrl+S does not keep a command from ending with the first signal", () => {
  test.each([
    ["--duration 9999h"],
    ["--duration 60s --interval 100ms"],
    ["--duration 60s --interval 100ms --ndjson"],
    ["probe TARGET --count 9999 --every 10ms"],
    ["soak --every 10ms"],
    ["sweep --duration 9999h"],
    ["bloat --idle 9999h"],
  ])("client %s", async (args) => {
    using server = startHostileServer(echo);
    const words = args.split(" ").map((word) => (word === "TARGET" ? `127.0.0.1:${server.port}` : word));
    await using client = new TerminalProgram(["client/cli.ts", ...words, ...(words[0] === "probe" ? [] : to(server))]);
    client.holdOutput();
    const received = (): number => server.peers.reduce((sum, peer) => sum + peer.received, 0);
    await until(received, "messages");
    client.child.kill("SIGTERM");
    expect([await client.exited(), client.text]).toEqual([130, ""]);
  });

  test("bench", async () => {
    using folder = new TemporaryFolder();
    const words = ["run", "--only", "small", "--duration", "9999h", "--out", folder.path];
    await using bench = new TerminalProgram(["bench/cli.ts", ...words]);
    bench.holdOutput();
    await until(() => childrenOf(bench.child.pid).length > 0, "its children");
    bench.child.kill("SIGHUP");
    expect([await bench.exited(), bench.text]).toEqual([130, ""]);
  });

  test("and a second one ends a command that does not", async () => {
    await using program = new TerminalProgram(["test/fixtures/never-ending.ts"]);
    await program.saw(/watching/);
    program.holdOutput();
    program.child.kill("SIGINT");
    await Bun.sleep(NO_REPETITION_MS);
    program.child.kill("SIGINT");
    expect(await program.exited()).toBe(130);
  });
});

test("after Ctrl+Q everything is shown in order, and a command ends as always", async () => {
  await using server = await ServerProgram.start();
  await using client = new TerminalProgram(["client/cli.ts", ...to(server), "--messages", "100", "--rate", "1k"]);
  client.holdOutput();
  await server.saw(/DISCONNECT/);
  client.releaseOutput();
  expect(await client.exited()).toBe(0);
  expect(client.text.match(/PASS/g)).toHaveLength(1);
});

const servers: ReadonlyArray<readonly [name: string, args: readonly string[]]> = [
  ["one process", []],
  ["live figures", ["--stats"]],
  ["two workers", ["--workers", "2"]],
  ["epoll", ["--engine", "epoll", "--stats"]],
];

/** Starts a server whose terminal takes nothing more; a peer is still connected. */
async function startHeld(args: readonly string[]) {
  const server = startServerOnTerminal(80, ...args);
  const [, port] = await server.saw(/127\.0\.0\.1:(\d+)/);
  server.holdOutput();
  // Log lines are written in batches, so one connection proves nothing.
  for (let i = 0; i < 200; i++) (await openEchoed(Number(port))).destroy();
  return { server, port: Number(port), peer: await openEchoed(Number(port)) };
}

describe.concurrent("a server whose terminal is held by Ctrl+S echoes", () => {
  test.each(servers)("and ends after the grace period: %s", async (_name, args) => {
    const { server, peer } = await startHeld([...args, "--grace", "100ms"]);
    await using _server = server;
    server.child.kill("SIGTERM");
    expect(await server.exited()).toBe(1);
    peer.destroy();
  });

  test.each(servers)("and ends at once on a second signal: %s", async (_name, args) => {
    const { server, port, peer } = await startHeld([...args, "--grace", "600s"]);
    await using _server = server;
    server.child.kill("SIGTERM");
    await until(() => isRefused(port), "a closed listener, which the first signal causes");
    await Bun.sleep(NO_REPETITION_MS);
    server.child.kill("SIGTERM");
    expect(await server.exited()).toBe(130);
    peer.destroy();
  });
});

const isGone = (pid: number): boolean => /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

describe.concurrent("a server whose terminal is never read echoes and ends", () => {
  testWith("script").each([[""], ["--engine epoll"]])("%p", async (args) => {
    const command = `exec ${process.execPath} server/cli.ts --host 127.0.0.1 --port 0 --grace 100ms ${args}`;
    await using script = new Program(["script", "-qefc", command, "/dev/null"]);
    const [, port] = await script.saw(/127\.0\.0\.1:(\d+)/);
    const [pid = 0] = childrenOf(script.child.pid);
    script.kill("SIGSTOP");
    await until(() => isStopped(script.child.pid), "a terminal that is not read");
    // Their log lines are more than a terminal keeps.
    for (let i = 0; i < 600; i++) (await openEchoed(Number(port))).destroy();
    process.kill(pid, "SIGTERM");
    await until(() => isGone(pid), "the end of the server");
    script.kill("SIGCONT");
    expect(await script.exited()).toBe(1);
  });
});
