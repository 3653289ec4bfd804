import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { runClient, runClientForResult, type Program, startClient } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { until } from "./fixtures/until.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** The source of an echo server on a port or a socket file. @param more what it does before it listens */
const source = (more = ""): string => `
  import { createServer } from "node:net";
  const where = Number(process.argv[2]) || process.argv[2];
  const server = createServer((socket) => socket.pipe(socket).on("error", () => {}));
  ${more}
  server.listen(where, ...(typeof where === "number" ? ["127.0.0.1"] : []));
`;

let made = 0;

/** A command whose processes can be told from all others. @param more of the server's source */
function serverCommand(more?: string, place = "{port}"): { readonly line: string; readonly mark: string } {
  const mark = `own-server-${process.pid}-${made++}`;
  return { mark, line: `${process.execPath} ${folder.write(`${mark}.mjs`, source(more))} ${place}` };
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** How many processes have the mark in their command line; one that has ended has none. */
const running = (mark: string): number =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name) && commandLine(name).includes(mark)).length;

/** A child of the server, in a shell of its own, that ends only when it is killed. */
const stubbornChild = (mark: string): string =>
  `Bun.spawn(["sh", "-c", "trap '' TERM; while :; do sleep 1; done # ${mark}"]);`;

const few = ["--messages", "10"];
const endless = ["--duration", "1h", "--quiet"];

/** Starts a run that does not end, and waits until its load has begun. */
async function startEndless(line: string): Promise<Program> {
  const client = startClient("--server-command", line, ...endless, "--interval", "100ms", "--ndjson");
  await client.saw(/"interval"/);
  return client;
}

describe.concurrent("--server-command", () => {
  test("gives a server that serves one way its ports", async () => {
    const command = `${process.execPath} server/cli.ts --port 0 --discard {discard} --chargen {chargen}`;
    const load = ["--mode", "both", "--duration", "300ms", "--warmup", "100ms"];
    const { exitCode, stderr } = await runClient("--server-command", command, ...load);
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining("error")]);
  });

  test("starts a server on a free port for the run, and ends it", async () => {
    const { line, mark } = serverCommand(`console.log("noise"); console.error("noise");`);
    const { exitCode, result, stderr } = await runClientForResult("--server-command", line, "--messages", "2000");
    expect([exitCode, result.totals.messages]).toEqual([0, 2_000]);
    expect(stderr).not.toContain("noise");
    const { host, port } = result.target;
    expect(result.options).toMatchObject({ serverCommand: line, host, port });
    expect([host, port === 7_878]).toEqual(["127.0.0.1", false]);
    expect(running(mark)).toBe(0);
  });

  test("without {port}, the server listens where the client connects", async () => {
    const path = folder.join("own.sock");
    const { line, mark } = serverCommand("", path);
    const { exitCode, result } = await runClientForResult("--server-command", line, "--unix", path, ...few);
    expect([exitCode, result.target.host]).toEqual([0, path]);
    expect(running(mark)).toBe(0);
  });

  test.each<[string, string, number, RegExp]>([
    ["does not exist", "no-such-program {port}", 2, /expected a command that exists.*\n.*not found/],
    ["is empty", " ", 2, /--server-command " ": expected a command/],
    ["cannot be executed", "/etc/passwd {port}", 2, /expected a command that can be executed/],
    [
      "ends at once",
      "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i; done >&2; exit 4; # {port}",
      3,
      /it ended with exit code 4, before it .* 127\.0\.0\.1:\d+; the last 10 lines to standard error:\n.* line 3\n[^]*line 12\n$/,
    ],
    [
      "is killed",
      "kill -KILL $$; # {port}",
      3,
      /it was ended by SIGKILL, before .*; it wrote nothing to standard error/,
    ],
  ])("that %s is an error that says so", async (_what, line, code, message) => {
    const { exitCode, stdout, stderr } = await runClient("--server-command", line, ...few, "--json");
    expect(stderr).toMatch(message);
    expect([exitCode, stdout]).toEqual([code, ""]);
  });

  test("that never listens is ended when its time is up", async () => {
    const mark = `own-server-${process.pid}-deaf`;
    // Below those that the kernel gives to servers of other tests.
    const port = String(20_000 + (process.pid % 10_000));
    const deaf = ["--server-command", `sleep 1000 # ${mark}`, "--port", port];
    const { exitCode, stderr } = await runClient(...deaf, ...few);
    expect(stderr).toMatch(/it accepted no connection on 127\.0\.0\.1:\d+ within 5s; a longer --connect-timeout/);
    expect(exitCode).toBe(3);
    expect(running(mark)).toBe(0);
  }, 20_000);

  test("is refused where somebody else listens already", async () => {
    using other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const { line, mark } = serverCommand("", String(other.port));
    const own = ["--server-command", line, "--port", String(other.port)];
    const { exitCode, stderr } = await runClient(...own, ...few);
    expect(stderr).toContain(`expected nobody to listen on 127.0.0.1:${other.port} yet`);
    expect([exitCode, running(mark)]).toEqual([3, 0]);
  });

  test("ends when the client cannot connect", async () => {
    const { line, mark } = serverCommand();
    const { exitCode } = await runClient("--server-command", line, "--tls", "--insecure", "--connect-timeout", "1s");
    expect([exitCode, running(mark)]).toEqual([3, 0]);
  });

  test("that ignores SIGTERM is killed, and what it has started too", async () => {
    const mark = `own-server-${process.pid}-stubborn`;
    const { line } = serverCommand(`process.on("SIGTERM", () => {}); ${stubbornChild(mark)}`);
    const { exitCode } = await runClient("--server-command", `${line} ${mark}`, ...few);
    expect([exitCode, running(mark)]).toEqual([0, 0]);
  }, 20_000);

  test.each(["SIGINT", "SIGTERM"] as const)("ends with a client that was interrupted by %s", async (signal) => {
    const { line, mark } = serverCommand();
    await using client = await startEndless(line);
    client.kill(signal);
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toContain('"verdict":"interrupted"');
    expect(running(mark)).toBe(0);
  });

  test("ends when the client is interrupted before it listens", async () => {
    const mark = `own-server-${process.pid}-slow`;
    await using client = startClient("--server-command", `sleep 1000 # {port} ${mark}`, ...few);
    // Three of them are the client, the shell and its guard.
    await until(
      () => running(mark),
      "the shell of the server",
      (count) => count >= 3,
    );
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stderr).toBe("error: interrupted before the load began\n");
    expect(running(mark)).toBe(0);
  });

  test("ends at once with a client that gets signals again and again", async () => {
    const mark = `own-server-${process.pid}-hurry`;
    const { line } = serverCommand(`process.on("SIGTERM", () => {}); ${stubbornChild(mark)}`);
    await using client = await startEndless(`${line} ${mark}`);
    const send = (): boolean => {
      client.kill("SIGINT");
      return client.child.exitCode !== null;
    };
    await until(send, "the end of the client");
    expect(client.child.exitCode).toBe(130);
    await until(
      () => running(mark),
      "the end of all that the server was",
      (left) => left === 0,
    );
  });

  test("ends with a client that was killed", async () => {
    const mark = `own-server-${process.pid}-orphan`;
    const { line } = serverCommand(`process.on("SIGTERM", () => {}); ${stubbornChild(mark)}`);
    await using client = await startEndless(`${line} ${mark}`);
    expect(running(mark)).toBeGreaterThan(2);
    client.child.kill("SIGKILL");
    await client.child.exited;
    await until(
      () => running(mark),
      "the end of all that the server was",
      (left) => left === 0,
    );
  }, 20_000);

  test("that ends during the run is told with its last words", async () => {
    const { line } = serverCommand(
      `server.on("connection", (socket) => socket.once("data", () => { console.error("a fault"); process.exit(7); }));`,
    );
    const { exitCode, stderr, stdout } = await runClient("--server-command", line, "--messages", "100000", "--json");
    expect(stderr).toMatch(
      /warning: --server-command ".*": it ended with exit code 7, before the run was over; what it wrote .*:\nwarning: {3}a fault\n/,
    );
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([1, { verdict: "fail" }]);
  });

  test("is kept and shown without its secrets", async () => {
    const { line } = serverCommand();
    const both = ["--server-command", `${line} --admin-token s3same0pen`];
    const run = await runClient(...both, ...few, "--json");
    expect(JSON.parse(run.stdout).options.serverCommand).toBe(`${line} --admin-token ***`);
    const failed = await runClient("--server-command", "false {port} --token=s3same0pen", ...few);
    expect(failed.stderr).toContain("{port} --token=***");
    const config = await runClient(...both, "--print-config");
    for (const { stdout, stderr } of [run, failed, config]) expect(stdout + stderr).not.toContain("s3same0pen");
  });

  test.each([
    [["--host", "127.0.0.1"], /^error: --host "127\.0\.0\.1": expected without --server-command "\.\/server \{port\}"/],
    [["--port", "7878"], /^error: --port "7878": expected without --server-command/],
    [["--unix", "x.sock"], /^error: --unix "x\.sock": expected without --server-command/],
    [["-6"], /^error: -6.*: expected without --server-command/],
    [["--shard", "1/2", "--conns", "2"], /^error: --server-command "\.\/server \{port\}": expected without --shard/],
  ])("is refused with %j before anything is started", async (more, message) => {
    const { exitCode, stderr } = await runClient("--server-command", "./server {port}", ...more);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });
});
