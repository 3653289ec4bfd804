import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { startWithAdmin } from "./fixtures/admin.ts";
import { Program, runClient, runClientForResult, ServerProgram, to } from "./fixtures/program.ts";
import { closed, isRefused, openEchoed, openRaw, readAll, readExactly } from "./fixtures/raw-client.ts";
import { until } from "./fixtures/until.ts";

/** Starts two workers, with an admin page. */
const startTwo = (...args: readonly string[]) => startWithAdmin("--workers", "2", ...args);

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

/** Settles when none of the processes is there any more. */
async function allGone(pids: readonly number[]): Promise<void> {
  await until(
    () => pids.filter(isAlive),
    "every process to end",
    (alive) => alive.length === 0,
  );
}

describe.concurrent("workers", () => {
  test("share the port, and count together", async () => {
    const { server, overview } = await startTwo();
    await using _server = server;
    const load = [...to(server), "--conns", "40", "--messages", "4000"];
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

  test("have one connection limit together", async () => {
    const { server, overview } = await startTwo("--max-conns", "5");
    await using _server = server;
    const served = [];
    for (let i = 0; i < 5; i++) served.push(await openEchoed(server.port));
    for (let i = 0; i < 10; i++) expect(await readAll(await openRaw(server.port))).toHaveLength(0);
    await server.sawTimes(" REJECT ", 10);
    expect(server.stdout).toContain("(limit of 5 connections reached)");
    served[0]?.end();
    await until(overview, "4 active connections", ({ counters }) => counters.active === 4);
    served.push(await openEchoed(server.port));
    expect((await overview()).counters).toMatchObject({ connections: 6, active: 5, peak: 5, rejected: 10 });
    for (const socket of served) socket.destroy();
  });

  test("are replaced when killed, and the restart is counted; the others go on", async () => {
    const { server, url, overview } = await startTwo();
    await using _server = server;
    const sockets = await Promise.all(Array.from({ length: 20 }, () => openEchoed(server.port)));
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
    // Each connection ended with its worker, or is still echoed.
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
    const { exitCode } = await runClient(...to(server), "--conns", "20", "--messages", "100");
    expect(exitCode).toBe(0);
    for (const socket of sockets) socket.destroy();
    expect(await server.stop()).toBe(0);
  });

  test("that stand still are noticed, and that they go on too", async () => {
    const { server, url, overview } = await startTwo();
    await using _server = server;
    const pids = (await overview()).workers.map(({ pid }) => pid);
    const health = async (): Promise<string> => {
      const response = await fetch(`${url}healthz`);
      return `${response.status} ${await response.text()}`;
    };
    expect(await health()).toBe("200 ok\n");
    for (const [standing, said, state] of [
      [0, "200 ok: 1 of 2 workers serves\n", "serving"],
      [1, "503 stalled: 0 of 2 workers serve\n", "stalled"],
    ] as const) {
      process.kill(pids[standing] ?? 0, "SIGSTOP");
      await server.saw(new RegExp(` WORKER - ${standing} \\(PID \\d+\\) has not answered for 2s\n`));
      expect(await health()).toBe(said);
      expect(await overview()).toMatchObject({ state, workers: [{ isServing: false }, { isServing: standing === 0 }] });
    }
    expect(await (await fetch(`${url}metrics`)).text()).toContain('echobench_worker_serving{worker="1"} 0\n');
    for (const pid of pids) process.kill(pid, "SIGCONT");
    await server.sawTimes("answers again", 2);
    expect(await health()).toBe("200 ok\n");
    expect((await overview()).workers.map(({ pid, restarts }) => [pid, restarts])).toEqual(pids.map((pid) => [pid, 0]));
    expect(await server.stop()).toBe(0);
    expect(server.stdout.match(/ WORKER /g)).toHaveLength(4);
  });

  test("end cleanly on a Ctrl+C that the whole process group receives", async () => {
    const { server, overview } = await startTwo();
    await using _server = server;
    const { workers } = await overview();
    const sockets = await Promise.all(Array.from({ length: 10 }, () => openEchoed(server.port)));
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
    const { server, overview } = await startTwo();
    await using _server = server;
    const pids = (await overview()).workers.map(({ pid }) => pid);
    expect(pids.filter(isAlive)).toHaveLength(2);
    server.kill("SIGKILL");
    await allGone(pids);
    expect(await isRefused(server.port)).toBe(true);
  });

  test.each([
    [["--workers", "0"], 2, '--workers "0": expected an integer from 1 to 256, or auto'],
    [["--workers", "2", "--unix", "/tmp/x.sock"], 2, '--workers "2": expected without --unix'],
    [["--workers", "2", "--host", "203.0.113.1"], 3, "address not available"],
  ])("are not started with wrong usage: %p", async (args, code, message) => {
    await using server = new Program([process.execPath, "server/cli.ts", ...args]);
    expect(await server.exited()).toBe(code);
    expect(server.stderr).toContain(message);
  });

  test("do not share a port that is in use", async () => {
    await using other = await ServerProgram.start("--workers", "2");
    const command = [process.execPath, "server/cli.ts", "--host", "127.0.0.1", ...to(other)];
    await using server = new Program([...command, "--workers", "2"]);
    expect(await server.exited()).toBe(3);
    expect(server.stderr).toContain("is already in use");
  });
});
