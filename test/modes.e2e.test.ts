import { describe, expect, test } from "bun:test";
import { closeAt, echo, flipBit, startHostileServer } from "./fixtures/hostile-server.ts";
import { Program, runClient, runClientForResult, ServerProgram } from "./fixtures/program.ts";
import { testWith } from "./fixtures/tools.ts";

const to = ({ port }: { readonly port: number }): string[] => ["--port", String(port)];
const codesOf = (warnings: ReadonlyArray<{ code: string }>): string[] => warnings.map(({ code }) => code);

describe("--mode stream", () => {
  test("moves exactly the bytes asked for, both ways, every one compared", async () => {
    await using server = await ServerProgram.start("--buffer", "65536");
    const load = ["--mode", "stream", "--conns", "3", "--bytes", "50MB"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect(result.totals).toMatchObject({ messages: 0, bytesSent: 50_000_000, bytesReceived: 50_000_000 });
    expect(result.throughput.sentBytesPerSecond).toBeGreaterThan(0);
    expect(result.verdict).toBe("pass");
    expect(exitCode).toBe(0);
  });

  test("ends in time, and reports bytes in place of messages", async () => {
    await using server = await ServerProgram.start();
    const { exitCode, stdout } = await runClient(...to(server), "--mode", "stream", "--duration", "300ms");
    expect(stdout).toMatch(/^Sent +\S+ .B {2}\S+ .B\/s/m);
    expect(stdout).toMatch(/^Received +\S+ .B {2}\S+ .B\/s/m);
    expect(stdout).not.toMatch(/^Messages|Round trip/m);
    expect(exitCode).toBe(0);
  });

  test("sees one wrong bit", async () => {
    using server = startHostileServer(flipBit(1_234_567, 3));
    const { exitCode, result } = await runClientForResult(...to(server), "--mode", "stream", "--bytes", "5MB");
    expect(result.errors.byKind).toEqual({ mismatch: 1 });
    expect(result.errors.first[0]?.offset).toBe(1_234_567);
    expect(exitCode).toBe(1);
  });
});

describe("--mode churn", () => {
  test("makes a connection for every message, and times connects and whole lives", async () => {
    await using server = await ServerProgram.start();
    const load = ["--mode", "churn", "--conns", "4", "--messages", "300"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect(result.totals.messages).toBe(300);
    expect(result.lifeNs?.count).toBeGreaterThan(290);
    expect(result.lifeNs?.min).toBeGreaterThan(result.rttNs.min);
    expect(result.throughput.connectionsPerSecond).toBeGreaterThan(0);
    expect(exitCode).toBe(0);
    await server.stop();
    expect(server.stdout).toMatch(/Connections +30\d total, .* 0 errors/);
  });

  test("comes from all addresses it was given", async () => {
    await using server = await ServerProgram.start();
    const load = ["--mode", "churn", "--conns", "2", "--messages", "40", "--bind", "127.0.0.2,127.0.0.3"];
    const { exitCode } = await runClientForResult(...to(server), ...load);
    const sources = [...server.stdout.matchAll(/ CONNECT - (\S+):\d+/g)].map(([, address]) => address);
    expect(new Set(sources)).toEqual(new Set(["127.0.0.2", "127.0.0.3"]));
    expect(exitCode).toBe(0);
  });

  test("goes on after an error, and fails for it", async () => {
    let connections = 0;
    using server = startHostileServer((peer, chunk) => {
      if (++connections === 5) peer.socket.terminate();
      else peer.send(chunk);
    });
    const { exitCode, result } = await runClientForResult(...to(server), "--mode", "churn", "--messages", "50");
    expect(result.errors.byKind).toEqual({ reset: 1 });
    expect(result.totals.messages).toBe(49);
    expect(exitCode).toBe(1);
  });
});

describe("--ramp", () => {
  test("opens the connections evenly, each sending from then on", async () => {
    await using server = await ServerProgram.start("--log-format", "json");
    const load = ["--conns", "11", "--ramp", "1s", "--duration", "200ms", "--warmup", "0"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    await server.stop();
    const times = server.stdout
      .trim()
      .split("\n")
      .map((line): { event: string; time: string } => JSON.parse(line))
      .filter(({ event }) => event === "CONNECT")
      .map(({ time }) => Date.parse(time));
    expect(times).toHaveLength(11);
    // The last of 11 comes 10/11 of the ramp after the first; nothing but lateness could make it longer.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(900);
    expect(result.totals.connections).toBe(11);
    expect(result.window.durationMs).toBeGreaterThanOrEqual(200);
    expect(exitCode).toBe(0);
  });
});

describe("--reconnect", () => {
  test("opens a broken connection again and reports the outage; it is still an error", async () => {
    let connections = 0;
    using server = startHostileServer((peer, chunk, offset) => {
      if (offset === 0) connections++;
      // Within a message: at its end the next one could meet the closed socket, which is a reset.
      if (connections === 1) closeAt(10_340)(peer, chunk, offset);
      else echo(peer, chunk, offset);
    });
    const { exitCode, result } = await runClientForResult(...to(server), "--reconnect", "--messages", "100");
    expect(result.outages).toMatchObject([{ connection: 0, cause: "closed-early", failedConnects: 0 }]);
    expect(result.outages[0]?.durationMs).toBeGreaterThan(0);
    expect(result.errors.byKind).toEqual({ "closed-early": 1 });
    expect(result.totals.connections).toBe(2);
    expect(codesOf(result.warnings)).not.toContain("lost-connections");
    expect(exitCode).toBe(1);
  });

  test("keeps trying while the server is away, and finds it again", async () => {
    await using first = await ServerProgram.start();
    const { port } = first;
    const client = [
      "client/cli.ts",
      "--port",
      String(port),
      "--reconnect",
      "--duration",
      "2s",
      "--warmup",
      "0",
      "--json",
    ];
    await using run = new Program([process.execPath, ...client]);
    await first.sawTimes("CONNECT", 1);
    first.kill("SIGKILL");
    await first.exited();
    await using second = await ServerProgram.start("--port", String(port));
    await second.sawTimes("CONNECT", 1);
    expect(await run.exited()).toBe(1);
    const { outages, totals } = JSON.parse(run.stdout) as { outages: unknown[]; totals: { connections: number } };
    // The kernel closes a killed server's listener last: a connect at once may still reach it, and break again.
    expect(outages.length).toBeWithin(1, 3);
    expect(totals.connections).toBe(outages.length + 1);
  });
});

describe("what this machine has run out of", () => {
  testWith("unshare", "ip")("source ports: told apart from refused, with advice", async () => {
    const script = [
      "ip link set lo up",
      "echo 40000 40009 > /proc/sys/net/ipv4/ip_local_port_range",
      `exec ${process.execPath} test/fixtures/namespace-run.ts --conns 30 --duration 200ms --json`,
    ].join(" && ");
    await using run = new Program(["unshare", "--map-root-user", "--net", "sh", "-c", script]);
    expect(await run.exited()).toBe(1);
    const { errors, warnings } = JSON.parse(run.stdout) as {
      errors: { byKind: object };
      warnings: Array<{ code: string; message: string }>;
    };
    expect(errors.byKind).toEqual({ "ports-exhausted": 20 });
    expect(warnings.find(({ code }) => code === "ports-exhausted")?.message).toContain("nobody refused them");
  });

  test("descriptors", async () => {
    await using server = await ServerProgram.start();
    const client = `ulimit -n 64; exec ${process.execPath} client/cli.ts --port ${server.port}`;
    await using limited = new Program(["sh", "-c", `${client} --conns 100 --messages 100`]);
    expect(await limited.exited()).toBe(1);
    expect(limited.stdout).toMatch(/descriptors-exhausted [\d,]+, first on connection/);
    expect(limited.stdout).toContain("Warning descriptor-limit");
  });
});
