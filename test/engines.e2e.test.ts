import { describe, expect, test } from "bun:test";
import { epollAvailable } from "../lib/posix/epoll.ts";
import { runClient, runClientForResult, runTool, ServerProgram, to } from "./fixtures/program.ts";

const engines = epollAvailable ? (["bun", "epoll"] as const) : (["bun"] as const);
const pairs = engines.flatMap((server) => engines.map((client) => [server, client] as const));

describe.concurrent.each(pairs)("a server on %s and a client on %s", (serverEngine, clientEngine) => {
  const start = (...args: readonly string[]) => ServerProgram.start("--engine", serverEngine, ...args);
  const run = (server: ServerProgram, ...load: readonly string[]) =>
    runClientForResult(...to(server), "--engine", clientEngine, "--warmup", "0", ...load);

  /** Every byte came back, and the server has counted the same. */
  async function expectEcho(server: ServerProgram, { exitCode, result }: Awaited<ReturnType<typeof run>>) {
    expect(result.errors).toMatchObject({ total: 0, first: [] });
    expect(result.options["engine"]).toBe(clientEngine);
    expect(exitCode).toBe(0);
    expect(await server.stop()).toBe(0);
    expect(server.stdout).toContain(" 0 errors");
    const [, received, echoed] = /^Data +(.+) received, (.+) echoed$/m.exec(server.stdout) ?? [];
    expect(echoed).toBe(received);
  }

  test.each([
    ["small", ["--conns", "30", "--size", "1-5000", "--messages", "3000"], 3_000],
    ["large", ["--conns", "5", "--size", "64:5,300000:1", "--messages", "300"], 300],
  ])("exchange %s messages of many sizes in pipelines", async (_sizes, load, messages) => {
    await using server = await start();
    const outcome = await run(server, ...load, "--pipeline", "8");
    expect(outcome.result.totals.messages).toBe(messages);
    await expectEcho(server, outcome);
  });

  test("exchange a stream", async () => {
    await using server = await start();
    const outcome = await run(server, "--mode", "stream", "--conns", "3", "--bytes", "50MB");
    expect(outcome.result.totals).toMatchObject({ bytesSent: 50_000_000, bytesReceived: 50_000_000 });
    await expectEcho(server, outcome);
  });

  test("exchange messages on a connection each", async () => {
    await using server = await start();
    const outcome = await run(server, "--mode", "churn", "--conns", "4", "--messages", "300");
    expect(outcome.result.totals.messages).toBe(300);
    await expectEcho(server, outcome);
  });

  test("exchange messages of an open loop over threads, in capitals", async () => {
    await using server = await start("--transform", "uppercase");
    const load = ["--rate", "2k/s", "--arrival", "poisson", "--conns", "5", "--threads", "2", "--messages", "500"];
    const outcome = await run(server, ...load, "--payload", "text", "--expect-transform", "uppercase");
    expect(outcome.result.totals.messages).toBe(500);
    expect(outcome.result.sendLagNs?.count).toBe(500);
    await expectEcho(server, outcome);
  });
});

describe.if(epollAvailable).concurrent("--engine", () => {
  test("auto is epoll for the client", async () => {
    await using server = await ServerProgram.start();
    const { result } = await runClientForResult(...to(server), "--messages", "10");
    expect(result.options["engine"]).toBe("epoll");
  });

  test("auto is Bun's sockets where TLS is asked for", async () => {
    await using server = await ServerProgram.start("--engine", "auto", "--tls-self-signed");
    const { result } = await runClientForResult(...to(server), "--messages", "10", "--tls", "--insecure");
    expect(result.options["engine"]).toBe("bun");
  });

  test("epoll over TLS is wrong usage of the client", async () => {
    const { exitCode, stderr } = await runClient("--engine", "epoll", "--tls");
    expect(stderr).toBe(`error: --engine "epoll": expected without --tls, which Bun's sockets alone have\n`);
    expect(exitCode).toBe(2);
  });

  test("epoll over TLS is wrong usage of the server", async () => {
    const command = [process.execPath, "server/cli.ts", "--port", "0", "--engine", "epoll", "--tls-self-signed"];
    const { exitCode, stderr } = await runTool(command, "");
    expect(stderr).toBe(
      `error: --engine "epoll": expected without --tls-cert and --tls-self-signed, which Bun's sockets alone have\n`,
    );
    expect(exitCode).toBe(2);
  });
});
