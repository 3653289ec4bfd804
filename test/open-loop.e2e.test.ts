import { describe, expect, test } from "bun:test";
import { echo, freezeAt, startHostileServer } from "./fixtures/hostile-server.ts";
import { runClient, runClientForResult, ServerProgram } from "./fixtures/program.ts";

const MS = 1e6;

describe("a server that freezes for 1 s in a run of 10 s at 1,000 messages a second", () => {
  const SIZE = 100;
  // One second of warm-up, and half of the window.
  const middle = 6_000 * SIZE;
  const load = ["--size", String(SIZE), "--duration", "10s", "--timeout", "5s"];

  test("shows in the round trips of an open loop, which count from when a message was due", async () => {
    using server = startHostileServer(freezeAt(middle, 1_000));
    const { exitCode, result } = await runClientForResult("--port", String(server.port), ...load, "--rate", "1000");
    // 1,000 of 10,000 messages waited from 1 s down to nothing: one in a hundred waited for more than 0.9 s.
    expect(result.rttNs.p99).toBeWithin(850 * MS, 1_000 * MS);
    expect(result.sendLagNs?.p99).toBeWithin(850 * MS, 1_000 * MS);
    expect(result.serviceNs?.p99).toBeLessThan(50 * MS);
    expect(result.serviceNs?.max).toBeGreaterThan(900 * MS);
    expect(result.totals.messages).toBeWithin(9_990, 10_010);
    expect(result.warnings.map(({ code }) => code)).toContain("late-sends");
    expect(exitCode).toBe(0);
  });

  test("hides behind the one message that a closed loop had in flight", async () => {
    using server = startHostileServer(freezeAt(middle, 1_000));
    const { result } = await runClientForResult("--port", String(server.port), ...load);
    expect(result.rttNs.max).toBeGreaterThan(900 * MS);
    expect(result.rttNs.p99).toBeLessThan(50 * MS);
    expect([result.serviceNs, result.sendLagNs]).toEqual([null, null]);
  });
});

describe("an open loop", () => {
  test.each(["constant", "poisson"])("of %s arrivals sends what it was asked to, over threads", async (arrival) => {
    await using server = await ServerProgram.start();
    const load = ["--rate", "2k/s", "--arrival", arrival, "--conns", "5", "--threads", "2", "--messages", "500"];
    const { exitCode, result } = await runClientForResult("--port", String(server.port), ...load);
    expect(result.totals.messages).toBe(500);
    expect(result.sendLagNs?.count).toBe(500);
    expect(result.options).toMatchObject({ rate: 2_000, arrival });
    expect(exitCode).toBe(0);
  });

  test("ends at once when its messages are sent, however rare they are", async () => {
    using server = startHostileServer(echo);
    // The second message is due after 2 s; the third connection waits for one that would be due after 4 s.
    const load = ["--rate", "0.5/s", "--conns", "3", "--messages", "2"];
    const { exitCode, result } = await runClientForResult("--port", String(server.port), ...load);
    expect(result.totals.messages).toBe(2);
    expect(result.window.durationMs).toBeWithin(2_000, 3_900);
    expect(exitCode).toBe(0);
  });

  test("warns when the server cannot keep up with the rate", async () => {
    using server = startHostileServer(freezeAt(5_000, 300));
    const load = ["--rate", "1000", "--size", "100", "--duration", "300ms", "--warmup", "0"];
    const { result } = await runClientForResult("--port", String(server.port), ...load);
    expect(result.warnings.map(({ code }) => code)).toContain("rate-not-reached");
  });

  test.each([
    [["--rate", "fast"], '--rate "fast": expected messages a second from 0.001 to 10M, such as 5000 or 10k/s'],
    [["--arrival", "poisson"], '--arrival "poisson": expected with --rate, whose messages it spaces'],
    [["--rate", "5", "--mode", "churn"], "--rate: expected without --mode churn, which has one message a connection"],
    [["--size", "5", "--mode", "stream"], "--size: expected without --mode stream, which has no messages"],
  ])("%p is wrong usage", async (args, message) => {
    const { exitCode, stderr } = await runClient(...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});
