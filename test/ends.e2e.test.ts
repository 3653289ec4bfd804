import { describe, expect, test } from "bun:test";
import { closeSync, constants, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { type Behaviour, echo, startHostileServer } from "./fixtures/hostile-server.ts";
import { Program, runTool, ServerProgram, startClient, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testInNetwork, testWith } from "./fixtures/tools.ts";
import { startUnanswered } from "./fixtures/unanswered.ts";
import { until } from "./fixtures/until.ts";

/** Every wait of these commands takes hours, so only a stop can end them in the time of a test. */
const HOURS = "9999h";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

type Server = ReturnType<typeof startHostileServer>;

const swallow: Behaviour = () => {};

/** It ended by itself: with a report or, before there was anything to report, with a message. */
function expectInterrupted(program: Program, exitCode: number): void {
  const output = program.stdout + program.stderr;
  expect(output).toMatch(/interrupted|OK {2}open and echoing/i);
  expect(output).not.toMatch(/did not end by itself|defect|Timeout\w+Warning/);
  expect(exitCode).toBe(130);
}

/** What shows that a command is in the phase. */
const phases = {
  connected: ({ peers }: Server): boolean => peers.length > 0,
  sending: ({ peers }: Server): boolean => peers.some(({ received }) => received > 0),
};

type Case = readonly [phase: string, behaviour: Behaviour, isReached: (server: Server) => boolean, args: string];

const load = `--timeout ${HOURS} --connect-timeout ${HOURS}`;

const cases: readonly Case[] = [
  ["a load on a stalled server", swallow, phases.sending, `${load} --duration ${HOURS}`],
  ["a load on Bun's sockets", swallow, phases.sending, `${load} --engine bun`],
  ["a load of several threads", swallow, phases.sending, `${load} --threads 3 --conns 6`],
  ["a load in an open loop", swallow, phases.sending, `${load} --rate 100 --conns 4`],
  ["a stream", swallow, phases.sending, `${load} --mode stream`],
  ["churn", swallow, phases.sending, `${load} --mode churn`],
  ["churn whose FIN is not answered", echo, phases.sending, `${load} --mode churn`],
  ["a load whose first message waits for hours", echo, phases.connected, `${load} --rate 0.001 --arrival poisson`],
  ["a warm-up", echo, phases.sending, `--warmup ${HOURS}`],
  ["a warm-up on Bun's sockets", echo, phases.sending, `--warmup ${HOURS} --engine bun`],
  ["a ramp", echo, phases.sending, `--ramp ${HOURS} --conns 3`],
  ["an interval", echo, phases.sending, `--interval ${HOURS} --duration ${HOURS}`],
  ["a TLS handshake of a load", swallow, phases.sending, `${load} --tls`],
  ["a TLS handshake of a probe", swallow, phases.sending, `probe TARGET --tls --connect-timeout ${HOURS}`],
  ["a TLS handshake of a soak", swallow, phases.sending, `soak --tls --connect-timeout ${HOURS}`],
  ["a TLS handshake of bloat", swallow, phases.sending, `bloat --tls --connect-timeout ${HOURS}`],
  ["a probe of a stalled server", swallow, phases.sending, `probe TARGET --timeout ${HOURS}`],
  ["the pause between pings", echo, phases.sending, `probe TARGET --every ${HOURS} --count 3`],
  ["a soak of a stalled server", swallow, phases.sending, `soak --timeout ${HOURS}`],
  ["the pause between heartbeats", echo, phases.sending, `soak --every ${HOURS}`],
  ["an idle scan", echo, phases.sending, `soak --idle-scan --max-idle ${HOURS}`],
  ["bloat on an idle path", echo, phases.sending, `bloat --idle ${HOURS}`],
  ["bloat on a stalled server", swallow, phases.sending, `bloat --idle ${HOURS} --timeout ${HOURS}`],
  [
    "bloat under load",
    echo,
    ({ peers }) => peers.some(({ received }) => received > 100_000),
    `bloat --idle 100ms --duration ${HOURS}`,
  ],
  ["a sweep of a stalled server", swallow, phases.sending, `sweep --timeout ${HOURS}`],
];

describe.concurrent("the first signal ends", () => {
  test.each(cases.map((each, i) => [...each, signals[i % signals.length] ?? "SIGINT"] as const))(
    "%s",
    async (_, behaviour, isReached, args, signal) => {
      using server = startHostileServer(behaviour, undefined, "none");
      const words = args.split(" ").map((word) => (word === "TARGET" ? `127.0.0.1:${server.port}` : word));
      const port = words[0] === "probe" ? [] : ["--port", String(server.port)];
      await using client = startClient(...words, ...port);
      await until(
        () => client.stdout + client.stderr,
        "the phase",
        () => isReached(server),
      );
      client.kill(signal);
      expectInterrupted(client, await client.exited());
    },
  );
});

/** A pipe that is full, and that nobody reads. */
function fullPipe(path: string): Disposable {
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const filling = Buffer.alloc(4_096);
  try {
    for (;;) writeSync(fd, filling);
  } catch {
    return { [Symbol.dispose]: () => closeSync(fd) };
  }
}

async function makePipe(path: string): Promise<string> {
  await runTool(["mkfifo", path], "");
  return path;
}

describe.concurrent("a pipe that nobody reads does not hold a command", () => {
  testWith("mkfifo")("that writes its report to it", async () => {
    using folder = new TemporaryFolder();
    const path = await makePipe(folder.join("pipe"));
    using _pipe = fullPipe(path);
    await using server = await ServerProgram.start();
    const client = ["client/cli.ts", ...to(server), "--duration", "1s", "--label", "text=" + "x".repeat(500)];
    await using shell = new Program(["sh", "-c", 'exec "$@" > "$0"', path, process.execPath, ...client]);
    await server.saw(/DISCONNECT/);
    shell.kill("SIGINT");
    expect([await shell.exited(), shell.stderr]).toEqual([130, ""]);
  });

  testWith("mkfifo").each([["--csv"], ["--html"], ["--json"], ["--hdr"]])(
    "%s, and the report is shown",
    async (flag) => {
      using folder = new TemporaryFolder();
      const path = await makePipe(folder.join("pipe"));
      await using server = await ServerProgram.start();
      await using client = startClient(...to(server), "--messages", "10", flag, path);
      await client.saw(/PASS/);
      client.kill("SIGTERM");
      expect(await client.exited()).not.toBe(0);
    },
  );
});

describe.concurrent("a signal ends a command that waits for", () => {
  testWith("mkfifo").each([
    ["a config file", "--config PIPE.toml"],
    ["a payload", "--payload file:PIPE"],
    ["a list of targets", "probe --targets PIPE"],
    ["a certificate", "--tls --tls-ca PIPE"],
    ["a certificate of a soak", "soak --tls --tls-ca PIPE"],
    ["a journal", "soak --resume-report PIPE"],
    ["a result", "report PIPE"],
  ])("%s that nobody writes", async (_, args) => {
    using folder = new TemporaryFolder();
    const path = await makePipe(folder.join("pipe"));
    const config = await makePipe(folder.join("pipe.toml"));
    const words = args.replace("PIPE.toml", config).replace("PIPE", path).split(" ");
    await using client = startClient(...words);
    const pipe = args.includes("toml") ? config : path;
    // Opening it to write fails until somebody reads it.
    const isRead = (): boolean => {
      try {
        closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
        return true;
      } catch {
        return false;
      }
    };
    expect(isRead()).toBe(false);
    client.kill("SIGTERM");
    expect(await client.exited()).not.toBe(0);
  });
});

/** Signals until it has ended, as an impatient user does. */
async function insist(program: Program, signal: NodeJS.Signals): Promise<number> {
  await until(
    () => {
      program.kill(signal);
      return program.child.exitCode;
    },
    "its end",
    (code) => code !== null,
  );
  return program.exited();
}

describe.concurrent("a second signal ends at once", () => {
  test.each(signals.map((signal) => [signal]))("%s: a command that does not end by itself", async (signal) => {
    await using program = new Program([process.execPath, "test/fixtures/never-ending.ts"]);
    await program.saw(/watching/);
    expect(await insist(program, signal)).toBe(130);
    expect(program.stderr).toBe("");
  });
});

test("a command that does not end by itself is ended, and says so", async () => {
  await using program = new Program([process.execPath, "test/fixtures/never-ending.ts"]);
  await program.saw(/watching/);
  program.kill("SIGHUP");
  expect(await program.exited()).toBe(130);
  expect(program.stderr).toMatch(/did not end by itself/);
});

const isConnecting = (pid: number): boolean => / 0209090A:\w+ 02 /i.test(readFileSync(`/proc/${pid}/net/tcp`, "utf8"));

describe.concurrent("where nothing answers, the first signal ends", () => {
  const nowhere = "10.9.9.2";
  testInNetwork().each(
    ["", "soak ", "bloat ", "sweep "]
      .flatMap((command) => [`${command}--host no.example`, `${command}--host ${nowhere}`])
      .concat("probe no.example:7", `probe ${nowhere}:7`, `--host ${nowhere} --engine bun`)
      .map((args) => [`${args} --connect-timeout ${HOURS}`] as const),
  )("client %s", async (args) => {
    using folder = new TemporaryFolder();
    const { program, pid } = await startUnanswered(folder, "client/cli.ts", args);
    await using client = program;
    const isWaiting = (): boolean => (args.includes(nowhere) ? isConnecting(pid) : client.stderr.includes("asked"));
    await until(isWaiting, "the phase");
    process.kill(pid, "SIGINT");
    expectInterrupted(client, await client.exited());
  });
});

const isAlive = (pid: string): boolean => {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
};

describe.concurrent("bench ends with the first signal, and takes its children with it", () => {
  test("micro", async () => {
    await using bench = new Program([process.execPath, "bench/cli.ts", "micro"]);
    await bench.saw(/64 B/);
    bench.kill("SIGINT");
    expectInterrupted(bench, await bench.exited());
  });

  test.each([
    ["run", "--only small"],
    ["buffers", "--sizes 64"],
    ["rtt", ""],
    ["peers", "--only single"],
  ])("%s", async (command, more) => {
    using folder = new TemporaryFolder();
    const words = `${command} ${more} --duration ${HOURS} --out ${folder.path}`.split(/ +/);
    await using bench = new Program([process.execPath, "bench/cli.ts", ...words]);
    const childrenOf = (): string[] =>
      readFileSync(`/proc/${bench.child.pid}/task/${bench.child.pid}/children`, "utf8")
        .trim()
        .split(" ")
        .filter(Boolean);
    const children = await until(childrenOf, "its children", ({ length }) => length > 0);
    bench.kill("SIGINT");
    expectInterrupted(bench, await bench.exited());
    await until(
      () => children.filter(isAlive),
      "the end of its children",
      ({ length }) => length === 0,
    );
  });

  testWith("git")("ab, with what a command of --setup has started", async () => {
    using folder = new TemporaryFolder();
    const file = folder.join("pid");
    const setup = `sleep 9999 & echo $! > ${file}; wait`;
    const words = [
      "ab",
      "--base",
      "HEAD",
      "--server",
      "./server {port}",
      "--setup",
      setup,
      "--out",
      folder.join("out"),
    ];
    await using bench = new Program([process.execPath, "bench/cli.ts", ...words]);
    const readPid = (): string => (existsSync(file) ? readFileSync(file, "utf8").trim() : "");
    const pid = await until(readPid, "the process that the command starts");
    bench.kill("SIGINT");
    expectInterrupted(bench, await bench.exited());
    await until(() => !isAlive(pid), "its end");
  });
});
