import { describe, expect, test } from "bun:test";
import { echo, freezeAt, pauseAt, startHostileServer } from "./fixtures/hostile-server.ts";
import { runClient, runClientForResult, ServerProgram, to } from "./fixtures/program.ts";

const MS = 1e6;

describe("a server that freezes for 500 ms", () => {
  const SIZE = 100;
  const common = ["--size", String(SIZE), "--timeout", "5s"];

  /** The freeze is in the middle of the window, which follows the warm-up. */
  async function runOpenLoop(...options: string[]) {
    using server = startHostileServer(freezeAt(2_700 * SIZE, 500));
    const load = ["--rate", "1000", "--warmup", "200ms", "--messages", "5000"];
    const { exitCode, result } = await runClientForResult(...to(server), ...common, ...load, ...options);
    expect(exitCode).toBe(0);
    // 500 of 5,000 messages waited from 500 ms down to nothing: one in a hundred waited for more than 450 ms.
    expect(result.rttNs.p99).toBeWithin(425 * MS, 550 * MS);
    expect(result.serviceNs?.max).toBeGreaterThan(450 * MS);
    // A schedule that the freeze stops would take 500 ms longer.
    expect(result.window.durationMs).toBeWithin(4_900, 5_400);
    return { result, codes: result.warnings.map(({ code }) => code) };
  }

  test("does not stop the schedule of an open loop, whose round trips count from when a message was due", async () => {
    const { result, codes } = await runOpenLoop();
    expect(result.options["pipeline"]).toBe(1_000);
    expect(result.serviceNs?.p99).toBeWithin(425 * MS, 550 * MS);
    expect(result.windowWaitNs?.max).toBe(0);
    expect(codes).not.toContain("window-full");
  });

  test("makes the messages of an open loop wait where the window has no room for them", async () => {
    const { result, codes } = await runOpenLoop("--pipeline", "1");
    expect(result.windowWaitNs?.p99).toBeWithin(425 * MS, 550 * MS);
    expect([result.serviceNs?.p99, result.sendLagNs?.p99].every((p99) => (p99 ?? MS) < 50 * MS)).toBe(true);
    expect(codes).toContain("window-full");
  });

  test("makes them wait where the socket is full", async () => {
    const bytes = 1_000_000;
    using server = startHostileServer(pauseAt(30 * bytes, 500));
    const load = ["--size", String(bytes), "--rate", "100", "--messages", "100"];
    const { result } = await runClientForResult(...to(server), "--timeout", "5s", ...load);
    expect(result.windowWaitNs?.max).toBeGreaterThan(250 * MS);
    expect(result.sendLagNs?.p50).toBeLessThan(50 * MS);
    expect(result.warnings.map(({ code }) => code)).toContain("window-full");
  });

  test("hides behind the one message that a closed loop had in flight", async () => {
    using server = startHostileServer(freezeAt(1_000 * SIZE, 500));
    const load = ["--warmup", "0", "--duration", "1500ms"];
    const { result } = await runClientForResult(...to(server), ...common, ...load);
    expect(result.rttNs.max).toBeGreaterThan(450 * MS);
    expect(result.rttNs.p99).toBeLessThan(50 * MS);
    expect([result.serviceNs, result.sendLagNs]).toEqual([null, null]);
  });
});

describe.concurrent("an open loop", () => {
  test.each(["constant", "poisson"])(
    "of %s arrivals sends as many messages as it was asked to, over threads",
    async (arrival) => {
      await using server = await ServerProgram.start();
      const load = ["--rate", "2k/s", "--arrival", arrival, "--conns", "5", "--threads", "2", "--messages", "500"];
      const { exitCode, result } = await runClientForResult(...to(server), ...load);
      expect(result.totals.messages).toBe(500);
      expect(result.sendLagNs?.count).toBe(500);
      expect(result.options).toMatchObject({ rate: 2_000, arrival });
      expect(exitCode).toBe(0);
    },
  );

  test("ends at once when its messages are sent, however rare they are", async () => {
    using server = startHostileServer(echo);
    // The second message is due after 1 s; the third connection waits for one that would be due after 2 s.
    const load = ["--rate", "1/s", "--conns", "3", "--messages", "2"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect(result.totals.messages).toBe(2);
    expect(result.window.durationMs).toBeWithin(1_000, 1_950);
    expect(exitCode).toBe(0);
  });

  test("warns when the server cannot keep up with the rate", async () => {
    using server = startHostileServer(freezeAt(5_000, 300));
    const load = ["--rate", "1000", "--size", "100", "--duration", "300ms", "--warmup", "0"];
    const { result } = await runClientForResult(...to(server), ...load);
    expect(result.warnings.map(({ code }) => code)).toContain("rate-not-reached");
  });

  test.each([
    [["--rate", "fast"], '--rate "fast": expected messages a second from 0.001 to 10M, such as 5000 or 10k/s'],
    [["--arrival", "poisson"], '--arrival "poisson": expected with --rate or --stages, whose messages it spaces'],
    [
      ["--rate", "5", "--mode", "churn"],
      '--rate "5": expected without --mode churn, which has one message a connection',
    ],
    [["--size", "5", "--mode", "stream"], '--size "5": expected without --mode stream, which has no messages'],
  ])("with wrong usage is not started: %p", async (args, message) => {
    const { exitCode, stderr } = await runClient(...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});
