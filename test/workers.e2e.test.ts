import { describe, expect, test } from "bun:test";
import { copyFileSync, existsSync } from "node:fs";
import type { Overview } from "../server/service/monitor.ts";
import { Certificates } from "./fixtures/certificates.ts";
import { Program, runClient, runClientForResult, ServerProgram, startClient } from "./fixtures/program.ts";
import { closed, openRaw, readAll, readExactly } from "./fixtures/raw-client.ts";
import { until } from "./fixtures/until.ts";

/** Starts two workers whose figures can be asked for. */
async function startFleet(...args: readonly string[]) {
  const server = await ServerProgram.start("--workers", "2", "--admin", "127.0.0.1:0", ...args);
  const [, url = ""] = await server.saw(/Live page at (http:\S+)\n/);
  const overview = async (): Promise<Overview> => (await (await fetch(`${url}stats.json`)).json()) as Overview;
  return { server, url, overview };
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

/** Settles when none of the processes is there any more. */
async function allGone(pids: readonly number[]): Promise<void> {
  await until(
    () => pids.filter(isAlive),
    "every process to end",
    (alive) => alive.length === 0,
  );
}

/** A connection that has been served. */
async function openServed(port: number) {
  const socket = await openRaw(port);
  socket.write("x");
  await readExactly(socket, 1);
  return socket;
}

describe("--workers", () => {
  test("share the port, and count together", async () => {
    const { server, overview } = await startFleet();
    await using _server = server;
    const load = ["--port", String(server.port), "--conns", "40", "--messages", "4000"];
    const { exitCode } = await runClientForResult(...load);
    expect(exitCode).toBe(0);
    const { counters, workers, events } = await overview();
    expect(counters).toMatchObject({ connections: 40, bytesIn: 4_000 * 1_024, bytesOut: 4_000 * 1_024 });
    expect(workers).toHaveLength(2);
    for (const worker of workers) expect(worker.counters.connections).toBeGreaterThan(0);
    expect(await server.stop()).toBe(0);
    expect(server.stdout.match(/ CONNECT /g)).toHaveLength(40);
    expect(server.stdout.match(/ DISCONNECT /g)).toHaveLength(40);
    expect(server.stdout).toContain("Connections  40 total");
    expect(events.length).toBeLessThanOrEqual(50);
    await allGone(workers.map(({ pid }) => pid));
  });

  test("have one limit of connections, whoever of them is asked", async () => {
    const { server, overview } = await startFleet("--max-conns", "5");
    await using _server = server;
    const served = [];
    for (let i = 0; i < 5; i++) served.push(await openServed(server.port));
    for (let i = 0; i < 10; i++) expect(await readAll(await openRaw(server.port))).toHaveLength(0);
    await server.sawTimes(" REJECT ", 10);
    expect(server.stdout).toContain("(limit of 5 connections reached)");
    served[0]?.end();
    await until(overview, "4 active connections", ({ counters }) => counters.active === 4);
    served.push(await openServed(server.port));
    expect((await overview()).counters).toMatchObject({ connections: 6, active: 5, peak: 5, rejected: 10 });
    for (const socket of served) socket.destroy();
  });

  test("are replaced when killed, which is counted; the others go on", async () => {
    const { server, url, overview } = await startFleet();
    await using _server = server;
    const sockets = await Promise.all(Array.from({ length: 20 }, () => openServed(server.port)));
    const before = (await overview()).workers;
    process.kill(before[0]?.pid ?? 0, "SIGKILL");
    await server.saw(
      / WORKER - 0 \(PID \d+\) was killed by SIGKILL, and \d+ connections? with it; replaced in 100ms\n/,
    );
    await server.saw(/ WORKER - 0 \(PID \d+\) listens\n/);
    const lost = before[0]?.counters.active ?? 0;
    const after = await overview();
    expect(after.workers.map(({ restarts }) => restarts)).toEqual([1, 0]);
    expect(after.workers[0]?.pid).not.toBe(before[0]?.pid);
    expect(after.counters).toMatchObject({ connections: 20, active: 20 - lost, errors: lost });
    expect(await (await fetch(`${url}metrics`)).text()).toContain('echobench_worker_restarts_total{worker="0"} 1\n');
    // Each is either gone with its worker, or still served.
    const outcomes = await Promise.all(
      sockets.map(async (socket) => {
        socket.write("y");
        const gone = closed(socket).then(
          () => null,
          () => null,
        );
        return Promise.race([readExactly(socket, 1).catch(() => null), gone]);
      }),
    );
    expect(outcomes.filter((echo) => echo === null)).toHaveLength(lost);
    const { exitCode } = await runClient("--port", String(server.port), "--conns", "20", "--messages", "100");
    expect(exitCode).toBe(0);
    for (const socket of sockets) socket.destroy();
    expect(await server.stop()).toBe(0);
  });

  test("end cleanly on a Ctrl+C that goes to the whole process group, and send what is unsent", async () => {
    const { server, overview } = await startFleet();
    await using _server = server;
    const { workers } = await overview();
    const sockets = await Promise.all(Array.from({ length: 10 }, () => openServed(server.port)));
    for (const { pid } of workers) process.kill(pid, "SIGINT");
    const ends = sockets.map(readAll);
    server.kill("SIGINT");
    for (const rest of await Promise.all(ends)) expect(rest).toHaveLength(0);
    for (const socket of sockets) socket.end();
    expect(await server.exited()).toBe(0);
    expect(server.stdout).toContain("Connections  10 total, peak 10, 0 rejected, 0 timed out, 0 errors");
    expect(server.stderr).toBe("");
    await allGone(workers.map(({ pid }) => pid));
  });

  test("end when their supervisor was killed", async () => {
    const { server, overview } = await startFleet();
    await using _server = server;
    const pids = (await overview()).workers.map(({ pid }) => pid);
    expect(pids.filter(isAlive)).toHaveLength(2);
    server.kill("SIGKILL");
    await allGone(pids);
    await expect(openRaw(server.port)).rejects.toThrow("ECONNREFUSED");
  });

  test("renew their certificate together, and reset nobody", async () => {
    using certificates = new Certificates();
    const ca = await certificates.authority("ca");
    const [first, second] = [await certificates.signedBy(ca, "first"), await certificates.signedBy(ca, "second")];
    const certFile = certificates.file("live.pem", first.cert);
    const keyFile = certificates.file("live.key", first.key);
    const { server } = await startFleet("--tls-cert", certFile, "--tls-key", keyFile, "--quiet");
    await using _server = server;
    const trusting = ["--port", String(server.port), "--tls", "--tls-ca", ca.certFile];
    const load = ["--mode", "churn", "--conns", "8", "--duration", "3s", "--ndjson"];
    await using client = startClient(...trusting, ...load);
    await client.saw(/"event":"interval"/);
    copyFileSync(second.certFile, certFile);
    copyFileSync(second.keyFile, keyFile);
    server.kill("SIGHUP");
    await server.saw(/ RELOAD - certificate CN=second/);
    for (let i = 0; i < 10; i++) {
      const { result } = await runClientForResult(...trusting, "--messages", "1");
      expect(result.tls?.certificate.subject).toBe("CN=second");
    }
    expect(await client.exited()).toBe(0);
    expect(client.stdout).not.toContain('"event":"error"');
  });

  test.each([
    [["--workers", "0"], 2, '--workers "0": expected an integer from 1 to 256, or auto'],
    [["--workers", "2", "--unix", "/tmp/x.sock"], 2, '--workers "2": expected without --unix'],
    [["--workers", "2", "--host", "203.0.113.1"], 3, "address not available"],
  ])("wrong usage: %p", async (args, code, message) => {
    await using server = new Program([process.execPath, "server/cli.ts", ...args]);
    expect(await server.exited()).toBe(code);
    expect(server.stderr).toContain(message);
  });

  test("do not share a port that somebody else has", async () => {
    await using other = await ServerProgram.start("--workers", "2");
    const command = [process.execPath, "server/cli.ts", "--host", "127.0.0.1", "--port", String(other.port)];
    await using server = new Program([...command, "--workers", "2"]);
    expect(await server.exited()).toBe(3);
    expect(server.stderr).toContain("is already in use");
  });
});
