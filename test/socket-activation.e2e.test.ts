import { afterAll, describe, expect } from "bun:test";
import { copyFileSync, existsSync } from "node:fs";
import { connect } from "node:tls";
import { once } from "node:events";
import { Certificates } from "./fixtures/certificates.ts";
import { childrenOf } from "./fixtures/process-stats.ts";
import { Program, runClient, startClient } from "./fixtures/program.ts";
import { openEchoed, openRaw, readAll, readExactly } from "./fixtures/raw-client.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

/** A port below those that the kernel gives to others by itself. */
const anyPort = (): number => 10_000 + Math.floor(Math.random() * 22_000);

/** A server that the service manager's own tool starts at the first connection, with sockets that it has opened. */
class ActivatedServer extends Program {
  /** @param options of `systemd-socket-activate`, such as where to listen */
  constructor(options: readonly string[], ...args: readonly string[]) {
    super(["systemd-socket-activate", ...options, process.execPath, "server/cli.ts", ...args]);
  }

  /** Starts one on a port of 127.0.0.1 and ::1. */
  static async onPort(port: number, ...args: readonly string[]): Promise<ActivatedServer> {
    const names = "--fdname=four:six";
    const server = new ActivatedServer([names, "-l", `127.0.0.1:${port}`, "-l", `[::1]:${port}`], ...args);
    await server.waitsAt(2);
    return server;
  }

  /** Settles when so many sockets listen. */
  waitsAt(sockets: number): Promise<true> {
    const lines = /Listening on \S+ as \d+\./g;
    return this.until(() => (this.stderr.match(lines)?.length === sockets ? true : null), "the sockets");
  }
}

const certificates = new Certificates();
const ca = await certificates.authority("test-ca");
const first = await certificates.signedBy(ca, "first");
const renewed = await certificates.signedBy(ca, "renewed");
afterAll(() => certificates[Symbol.dispose]());

const tlsOptions = ["--tls-cert", first.certFile, "--tls-key", first.keyFile];

/** Whose certificate a new connection is shown. */
async function subjectAt(port: number): Promise<string | string[] | undefined> {
  const socket = connect({ host: "127.0.0.1", port, ca: ca.cert });
  await once(socket, "secureConnect");
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

const testActivated = testWith("systemd-socket-activate");

describe.each([
  ["epoll", ["--engine", "epoll"], []],
  ["Bun's sockets", ["--engine", "bun"], []],
  ["Bun's sockets with TLS", tlsOptions, ["--tls", "--insecure"]],
  ["workers on epoll", ["--workers", "2"], []],
  ["workers with TLS", ["--workers", "2", ...tlsOptions], ["--tls", "--insecure"]],
] as const)("sockets of the service manager, on %s", (_name, options, security) => {
  testActivated("are served, IPv4 and IPv6, from the connection on that started the server", async () => {
    const port = anyPort();
    await using server = await ActivatedServer.onPort(port, ...options);
    const load = ["--port", String(port), "--conns", "4", "--messages", "200", "--quiet", ...security];
    for (const host of ["127.0.0.1", "::1"]) expect((await runClient("--host", host, ...load)).exitCode).toBe(0);
    expect(server.stdout).toContain(`Listening on 127.0.0.1:${port}\nListening on [::1]:${port}\nPress Ctrl+C`);
    expect(server.stdout).toContain("Sockets from the service manager, instead of --host and --port: four, six\n");
    expect(server.stdout).not.toContain("trusted networks");
    server.kill("SIGTERM");
    expect(await server.exited()).toBe(0);
    expect(server.stdout).toContain("Connections  8 total");
  });
});

describe("sockets of the service manager", () => {
  testActivated("are all in the log for machines", async () => {
    const port = anyPort();
    await using server = await ActivatedServer.onPort(port, "--log-format", "json");
    (await openEchoed(port)).destroy();
    const [line] = await server.saw(/^.*"event":"LISTEN".*$/m);
    expect(JSON.parse(line)).toMatchObject({
      endpoint: `127.0.0.1:${port}`,
      endpoints: [`127.0.0.1:${port}`, `[::1]:${port}`],
    });
  });

  testActivated("pass to the worker that replaces another", async () => {
    const port = anyPort();
    await using server = await ActivatedServer.onPort(port, "--workers", "2");
    await openRaw(port);
    await server.saw(/Press Ctrl/);
    for (const worker of childrenOf(server.child.pid)) process.kill(worker, "SIGKILL");
    await server.sawTimes(") listens", 2);
    await openEchoed(port);
    expect(server.stdout).toContain("was killed by SIGKILL");
  });

  testActivated("get another certificate at a reload, which resets nobody", async () => {
    const port = anyPort();
    const live = {
      certFile: certificates.file("live.pem", first.cert),
      keyFile: certificates.file("live.key", first.key),
    };
    const options = ["--tls-cert", live.certFile, "--tls-key", live.keyFile, "--quiet"];
    await using server = await ActivatedServer.onPort(port, "--workers", "2", ...options);
    const churn = ["--mode", "churn", "--conns", "8", "--warmup", "0", "--duration", "1s", "--interval", "200ms"];
    await using client = startClient("--port", String(port), "--tls", "--tls-ca", ca.certFile, ...churn, "--ndjson");
    await client.saw(/"event":"interval"/);
    copyFileSync(renewed.certFile, live.certFile);
    copyFileSync(renewed.keyFile, live.keyFile);
    server.kill("SIGHUP");
    await server.saw(/ RELOAD - certificate CN=renewed/);
    // Enough of them at once to reach each listener of both workers.
    const subjects = await Promise.all(Array.from({ length: 200 }, () => subjectAt(port)));
    expect(new Set(subjects)).toEqual(new Set(["renewed"]));
    expect(await client.exited()).toBe(0);
    expect(client.stdout).not.toContain('"event":"error"');
  });

  testActivated("may be files, which outlive the server", async () => {
    using folder = new TemporaryFolder();
    const path = folder.join("echo.sock");
    await using server = new ActivatedServer(["-l", path]);
    await server.waitsAt(1);
    const peer = await openRaw({ path });
    peer.write("hello");
    expect((await readExactly(peer, 5)).toString()).toBe("hello");
    await server.saw(/CONNECT - unix#1\n/);
    expect(server.stdout).toContain(`Listening on ${path}\n`);
    server.kill("SIGTERM");
    expect((await readAll(peer)).length).toBe(0);
    expect(await server.exited()).toBe(0);
    expect(existsSync(path)).toBe(true);
  });

  testActivated("are expected to listen", async () => {
    const port = anyPort();
    const forks = ["--accept", "--fdname=one", "-l", `127.0.0.1:${port}`];
    await using manager = new ActivatedServer(forks);
    await manager.waitsAt(1);
    await openRaw(port);
    const message = 'LISTEN_FDS: descriptor 3 ("one") is no socket that listens; expected a socket unit';
    await manager.until(() => (manager.stderr.includes(message) ? true : null), message);
    await manager.until(() => /died with code 2/.exec(manager.stderr), "exit code 2");
  });

  testActivated("are missed, with a warning, when a process in front of the server has them", async () => {
    const port = anyPort();
    const script = `${process.execPath} server/cli.ts --host 127.0.0.1 --port 0 & wait`;
    const command = ["systemd-socket-activate", "-l", `127.0.0.1:${port}`, "sh", "-c", script];
    await using shell = new Program(command);
    await shell.until(() => /Listening on \S+ as 3\./.exec(shell.stderr), "the socket");
    await openRaw(port);
    await shell.saw(/Listening on 127\.0\.0\.1:\d+\n/);
    expect(shell.stderr).toContain("warning: LISTEN_FDS: the sockets were passed to the process that has started");
    for (const server of childrenOf(shell.child.pid)) process.kill(server, "SIGTERM");
    await shell.saw(/Stopped after/);
  });
});
