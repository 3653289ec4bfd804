import { describe, expect, test } from "bun:test";
import { type BloatResult, bloatResultSchema } from "../client/bloat/result.ts";
import { flipBit, stallAt, startHostileServer } from "./fixtures/hostile-server.ts";
import { Network } from "./fixtures/network.ts";
import { testInNetwork } from "./fixtures/tools.ts";
import { runClient, ServerProgram, startClient, to } from "./fixtures/program.ts";

const quick = ["--idle", "300ms", "--interval", "300ms", "--every", "20ms"];

describe.concurrent("client bloat", () => {
  test("measures the idle path, then the full one, until the figures settle or the time is over", async () => {
    await using server = await ServerProgram.start();
    const limits = ["--duration", "2s", "--max-conns", "3", "--max-increase", "10s"];
    const { exitCode, stdout } = await runClient("bloat", ...to(server), ...quick, ...limits);
    expect(stdout).toMatch(/^ +\d+(ms|\.\ds|s) +1 connection +\S+ .bit\/s {2}round trip \S+/m);
    expect(stdout).toMatch(/^PASS {2}grade (A\+|[A-F]): load adds /m);
    expect(stdout).toContain("over loopback there is no queue");
    expect(stdout).toMatch(/^RPM +[\d,]+ loaded {2}[\d,]+ idle$/m);
    expect(exitCode).toBe(0);
    expect(await server.stop()).toBe(0);
    expect(server.stdout).toMatch(/Connections +\d+ total/);
  });

  test("ends with one line, exit 1, when the server corrupts a byte", async () => {
    using corrupting = startHostileServer(flipBit(3_000_000, 1));
    const { exitCode, stderr } = await runClient("bloat", ...to(corrupting), ...quick, "--duration", "3s");
    expect(stderr).toContain("error: the load failed: mismatch: the echo differs");
    expect(exitCode).toBe(1);
  });

  test("ends with one line, exit 1, when the server stalls", async () => {
    using stalling = startHostileServer(stallAt(640));
    const options = ["--timeout", "300ms", "--duration", "3s"];
    const { exitCode, stderr } = await runClient("bloat", ...to(stalling), ...quick, ...options);
    expect(stderr).toBe("error: the probe connection failed: an echo took longer than 300ms\n");
    expect(exitCode).toBe(1);
  });

  test("says what it needs when the server does not serve one way", async () => {
    await using server = await ServerProgram.start();
    const { exitCode, stderr } = await runClient("bloat", ...to(server), ...quick, "--way", "up", "--discard", "1");
    expect([exitCode, stderr]).toEqual([
      3,
      expect.stringContaining("127.0.0.1:1: connection refused (does the server serve"),
    ]);
  });

  test("ends with one line, exit 3, when no server listens", async () => {
    const { exitCode, stderr } = await runClient("bloat", "--port", "1");
    expect(stderr).toContain("refused: RST came back");
    expect(exitCode).toBe(3);
  });

  test("measures over TLS", async () => {
    await using server = await ServerProgram.start("--tls-self-signed");
    const limits = ["--duration", "1s", "--max-conns", "2", "--max-increase", "10s", "--tls", "--insecure"];
    const { exitCode, stdout } = await runClient("bloat", ...to(server), ...quick, ...limits);
    expect(stdout).toMatch(/^PASS {2}grade /m);
    expect(exitCode).toBe(0);
  });

  test("reports what was measured when Ctrl+C ends it while the path is full", async () => {
    await using server = await ServerProgram.start();
    const limits = ["--duration", "60s", "--max-conns", "200"];
    await using client = startClient("bloat", ...to(server), ...quick, ...limits);
    await client.saw(/ 2 connections /);
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toMatch(/^INTERRUPTED {2}grade /m);
  });
});

describe.concurrent("client bloat in a network", () => {
  const inNetwork = testInNetwork();

  async function measure(
    towards: "client" | "server",
    queue: string,
  ): Promise<{ exitCode: number; result: BloatResult }> {
    await using network = await Network.make();
    await using _server = await network.serve();
    await network.shape(towards, "10mbit", queue);
    const options = ["--idle", "500ms", "--interval", "500ms", "--duration", "6s", "--max-conns", "4"];
    const { exitCode, stdout, stderr } = await network.client("bloat", "--host", "10.77.2.2", ...options, "--json");
    if (stdout === "") throw new Error(stderr);
    return { exitCode, result: bloatResultSchema.parse(JSON.parse(stdout)) };
  }

  inNetwork("fills one way only, and so knows where the queue is", async () => {
    await using network = await Network.make();
    await using _server = await network.serve("--discard", "7879", "--chargen", "7880");
    await network.shape("server", "10mbit", "200ms");
    await network.shape("client", "50mbit", "20ms");
    const options = ["--idle", "500ms", "--interval", "500ms", "--duration", "3s", "--max-conns", "4", "--json"];
    const measureWay = async (way: string): Promise<BloatResult> => {
      const { stdout } = await network.client("bloat", "--host", "10.77.2.2", "--way", way, ...options);
      return bloatResultSchema.parse(JSON.parse(stdout));
    };
    const up = await measureWay("up");
    const down = await measureWay("down");
    expect([up.direction, down.direction]).toEqual(["there", "back"]);
    expect(up.increaseNs).toBeGreaterThan(2 * down.increaseNs);
    expect(down.bytesPerSecond).toBeGreaterThan(2 * up.bytesPerSecond);
    expect((await measureWay("both")).direction).toBe("unclear");
  });

  inNetwork("finds a queue of 200 ms on the way to the server, with its direction and size", async () => {
    const { exitCode, result } = await measure("server", "200ms");
    expect(result.increaseNs).toBeWithin(100e6, 400e6);
    expect(["C", "D"]).toContain(result.grade);
    expect(result.direction).toBe("there");
    expect(result.roundTripsPerMinute).toBeWithin(150, 600);
    expect(result.bytesPerSecond).toBeWithin(0.8e6, 1.4e6);
    expect(result.queuedBytes).toBeWithin(100e3, 500e3);
    const connections = result.intervals.map((interval) => interval.connections);
    expect(connections.slice(0, 4)).toEqual([1, 2, 3, 4]);
    expect(Math.max(...connections)).toBe(4);
    expect(result.answer).toMatch(
      /^grade [CD]: load adds \d+ ms on the way to the server, more than the allowed 60ms$/,
    );
    expect(exitCode).toBe(4);
  });

  inNetwork("finds a queue of 200 ms on the way back", async () => {
    const { exitCode, result } = await measure("client", "200ms");
    expect(result.increaseNs).toBeWithin(100e6, 400e6);
    expect(result.direction).toBe("back");
    expect(exitCode).toBe(4);
  });

  inNetwork("calls the same link healthy with a short queue", async () => {
    const { exitCode, result } = await measure("server", "15ms");
    expect(result.increaseNs).toBeLessThan(60e6);
    expect(["A+", "A", "B"]).toContain(result.grade);
    expect(result.verdict).toBe("pass");
    expect(exitCode).toBe(0);
  });
});
