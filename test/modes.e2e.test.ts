import { describe, expect, test } from "bun:test";
import { closeAt, echo, flipBit, type Peer, startHostileServer } from "./fixtures/hostile-server.ts";
import { Program, runClient, runClientForResult, ServerProgram, startClient, to } from "./fixtures/program.ts";
import { testWith } from "./fixtures/tools.ts";

const codesOf = (warnings: ReadonlyArray<{ code: string }>): string[] => warnings.map(({ code }) => code);

describe.concurrent("--mode stream", () => {
  test("moves exactly the bytes asked for, both ways, every one compared", async () => {
    await using server = await ServerProgram.start("--buffer", "65536");
    const load = ["--mode", "stream", "--conns", "3", "--bytes", "50MB"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect(result.totals).toMatchObject({ messages: 0, bytesSent: 50_000_000, bytesReceived: 50_000_000 });
    expect(result.throughput.sentBytesPerSecond).toBeGreaterThan(0);
    expect(result.verdict).toBe("pass");
    expect(exitCode).toBe(0);
  });

  test("ends in time, and reports bytes instead of messages", async () => {
    await using server = await ServerProgram.start();
    const { exitCode, stdout } = await runClient(
      ...to(server),
      "--mode",
      "stream",
      "--warmup",
      "50ms",
      "--duration",
      "300ms",
    );
    expect(stdout).toMatch(/^Sent +\S+ .B {2}\S+ .B\/s/m);
    expect(stdout).toMatch(/^Received +\S+ .B {2}\S+ .B\/s/m);
    expect(stdout).not.toMatch(/^Messages|Round trip/m);
    expect(exitCode).toBe(0);
  });

  test("finds one wrong bit", async () => {
    using server = startHostileServer(flipBit(1_234_567, 3));
    const { exitCode, result } = await runClientForResult(...to(server), "--mode", "stream", "--bytes", "5MB");
    expect(result.errors.byKind).toEqual({ mismatch: 1 });
    expect(result.errors.first[0]?.offset).toBe(1_234_567);
    expect(exitCode).toBe(1);
  });
});

describe.concurrent("--mode churn", () => {
  test("has no lifetime of a connection that waited for the start of the load", async () => {
    await using server = await ServerProgram.start();
    const load = ["--mode", "churn", "--conns", "3", "--messages", "30", "--warmup", "0", "--start-at", "+1s"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect([exitCode, result.totals.messages]).toEqual([0, 30]);
    expect(result.lifeNs?.count).toBeWithin(20, 28);
  });

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

  test("uses all source addresses in turn", async () => {
    await using server = await ServerProgram.start();
    const load = ["--mode", "churn", "--conns", "2", "--messages", "40", "--bind", "127.0.0.2,127.0.0.3"];
    const { exitCode } = await runClientForResult(...to(server), ...load);
    await server.stop();
    const sources = [...server.stdout.matchAll(/ CONNECT - (\S+):\d+/g)].map(([, address]) => address);
    expect(new Set(sources)).toEqual(new Set(["127.0.0.2", "127.0.0.3"]));
    expect(exitCode).toBe(0);
  });

  test("continues after an error, and ends in exit 1", async () => {
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
    const load = ["--conns", "11", "--ramp", "500ms", "--duration", "100ms", "--warmup", "0"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    await server.stop();
    const times = server.stdout
      .trim()
      .split("\n")
      .map((line): { event: string; time: string } => JSON.parse(line))
      .filter(({ event }) => event === "CONNECT")
      .map(({ time }) => Date.parse(time));
    expect(times).toHaveLength(11);
    // The last of 11 opens 10/11 of the ramp after the first, or later.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(450);
    expect(result.totals.connections).toBe(11);
    expect(result.window.durationMs).toBeGreaterThanOrEqual(100);
    expect(exitCode).toBe(0);
  });

  test("gives the first connection of a shard its place in the whole too", async () => {
    await using server = await ServerProgram.start("--log-format", "json", "--verbose");
    const load = ["--shard", "2/2", "--conns", "2", "--ramp", "600ms", "--duration", "100ms", "--warmup", "0"];
    expect((await runClientForResult(...to(server), ...load)).exitCode).toBe(0);
    await server.stop();
    const timeOf = (event: string): number =>
      Date.parse(new RegExp(`"time":"([^"]+)","event":"${event}"`).exec(server.stdout)?.[1] ?? "");
    // It is open before the load starts, and sends when half of the ramp is over.
    expect(timeOf("DATA") - timeOf("CONNECT")).toBeGreaterThanOrEqual(300);
  });
});

describe.concurrent("--reconnect", () => {
  test("opens a broken connection again and reports the outage, which is still an error", async () => {
    let connections = 0;
    using server = startHostileServer((peer, chunk, offset) => {
      if (offset === 0) connections++;
      // Within a message: at its end the next message could reach the closed socket, which is a reset.
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

  test("opens connections again that break before the load begins", async () => {
    const breaksTwo = (peer: Peer): void => {
      // FIN, since a connect that the client has not seen succeed fails by a reset.
      if (server.peers.length <= 2) peer.socket.end();
    };
    using server = startHostileServer(echo, undefined, "fin", breaksTwo);
    const load = ["--reconnect", "--conns", "4", "--threads", "2", "--messages", "100", "--start-at", "+2s"];
    const { result } = await runClientForResult(...to(server), ...load);
    expect(result.outages).toHaveLength(2);
    for (const { startMs, durationMs } of result.outages) {
      expect(startMs).toBeLessThan(0);
      expect(durationMs).toBeGreaterThan(0);
    }
    expect(result.totals).toMatchObject({ connections: 6, messages: 100 });
    expect(result.errors.total).toBe(2);
    // All take part: each sends within a load that is shared.
    expect(server.peers.filter(({ received }) => received > 0)).toHaveLength(4);
  });

  test("goes on with its only connection, which broke before the load began; churn does too", async () => {
    const breaksFirst = (peer: Peer): void => {
      if (server.peers.length === 1) peer.socket.end();
    };
    using server = startHostileServer(echo, undefined, "fin", breaksFirst);
    for (const load of [["--reconnect"], ["--mode", "churn"]]) {
      server.peers.length = 0;
      const { result } = await runClientForResult(...to(server), ...load, "--messages", "10", "--start-at", "+2s");
      expect([result.totals.messages, result.errors.byKind]).toEqual([10, { "closed-early": 1 }]);
    }
  });

  test("keeps trying while the server is away, and finds it again", async () => {
    await using first = await ServerProgram.start();
    const load = ["--reconnect", "--duration", "1500ms", "--warmup", "0", "--json"];
    await using run = startClient(...to(first), ...load);
    await first.sawTimes("CONNECT", 1);
    first.kill("SIGKILL");
    await first.exited();
    await using second = await ServerProgram.start(...to(first));
    await second.sawTimes("CONNECT", 1);
    expect(await run.exited()).toBe(1);
    const { outages, totals } = JSON.parse(run.stdout) as { outages: unknown[]; totals: { connections: number } };
    // The kernel closes the listener of a killed server last: an immediate connect may still reach it, and break again.
    expect(outages.length).toBeWithin(1, 3);
    expect(totals.connections).toBe(outages.length + 1);
  });
});

describe.concurrent("the client names what this machine has run out of", () => {
  testWith("unshare", "ip")("source ports, which are no refusal, with advice", async () => {
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

  test("file descriptors", async () => {
    await using server = await ServerProgram.start();
    const client = `ulimit -n 64; exec ${process.execPath} client/cli.ts --port ${server.port}`;
    await using limited = new Program(["sh", "-c", `${client} --conns 100 --messages 100`]);
    expect(await limited.exited()).toBe(1);
    expect(limited.stdout).toMatch(/descriptors-exhausted [\d,]+, first on connection/);
    expect(limited.stdout).toContain("Warning descriptor-limit");
  });
});
