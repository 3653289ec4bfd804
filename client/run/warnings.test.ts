import { describe, expect, test } from "bun:test";
import { clientOptions } from "../options/options.ts";
import { toPlan } from "./plan.ts";
import { plan, resultOf } from "./result.fixture.ts";
import { findWarnings, type Warning } from "./warnings.ts";

const sound = resultOf();
const codes = (warnings: readonly Warning[]): string[] => warnings.map(({ code }) => code);
const planOf = (given: Record<string, unknown>) => toPlan(clientOptions.parse({ conns: 2, ...given }), () => 0);
const withMessages = (messages: number) => {
  const messagesPerSecond = messages / 10;
  return resultOf({
    totals: { ...sound.totals, messages },
    throughput: { ...sound.throughput, messagesPerSecond },
    rttNs: { ...sound.rttNs, count: messages },
  });
};
const withErrors = (byKind: Record<string, number>) => {
  const total = Object.values(byKind).reduce((sum, count) => sum + count, 0);
  return { ...withMessages(1_000_000), errors: { total, byKind, first: [] } };
};

/** @param lostConnections all errors, unless a test says otherwise */
const warningsOf = (
  of: Parameters<typeof findWarnings>[0],
  result: Parameters<typeof findWarnings>[1],
  busiestThreadMs: number,
  lostConnections = result.errors.total,
  delayedMessages = 0,
) => findWarnings(of, result, { busiestThreadMs, lostConnections, delayedMessages });

test("a sound run has no warnings", () => expect(warningsOf(plan, withMessages(1_000_000), 9_000)).toEqual([]));

test("each reason for doubt has a warning of its own", () => {
  expect(codes(warningsOf(plan, withMessages(0), 0))).toEqual(["no-messages"]);
  const empty = { ...withMessages(0), totals: { ...withMessages(0).totals, bytesReceived: 0 } };
  const [nothing] = warningsOf(planOf({ mode: "upload" }), empty, 0);
  expect(nothing).toMatchObject({ code: "no-messages", message: expect.stringContaining("no byte was counted") });
  expect(codes(warningsOf(plan, withErrors({ reset: 1 }), 0))).toEqual(["lost-connections"]);
  expect(codes(warningsOf(planOf({ verify: "off" }), withMessages(1_000_000), 0))).toEqual(["not-verified"]);
  expect(codes(warningsOf(plan, withMessages(1_000_000), 9_600))).toEqual(["client-saturated"]);
  const short = { ...withMessages(1_000_000), window: { ...sound.window, durationMs: 1 } };
  expect(codes(warningsOf(plan, short, 2))).toEqual([]);
});

test("connections whose failure did not make the load lighter were not lost", () => {
  expect(codes(warningsOf(plan, withErrors({ "close-timed-out": 2 }), 0, 0))).toEqual([]);
  expect(codes(warningsOf(plan, withErrors({ mismatch: 2 }), 0, 1))).toEqual(["lost-connections"]);
});

test("a connection limit is suspected only of a server that refused or ended connections", () => {
  const advice = (kind: string) => warningsOf(plan, withErrors({ [kind]: 1 }), 0)[0]?.advice;
  expect(["mismatch", "echo-timed-out"].map(advice)).toEqual(["look at the errors", "look at the errors"]);
  for (const kind of ["connect-refused", "reset", "closed-early"]) expect(advice(kind)).toContain("connection limit");
});

test("a resource that ran out on this machine is not reported as a refusal", () => {
  const churn = planOf({ mode: "churn" });
  const of = (kind: string) => codes(warningsOf(churn, withErrors({ [kind]: 3 }), 0));
  expect(of("ports-exhausted")).toEqual(["ports-exhausted"]);
  expect(of("descriptors-exhausted")).toEqual(["descriptor-limit"]);
  expect(of("connect-refused")).toEqual([]);
});

describe("an open loop", () => {
  const lag = (p99: number) => ({ ...withMessages(100_000), sendLagNs: { ...sound.connectNs, p99 } });

  test("reaches its rate when no more than a hundredth is missing", () => {
    const open = planOf({ rate: "10k/s" });
    expect(codes(warningsOf(open, withMessages(99_001), 10_000))).toEqual(["few-samples"]);
    expect(codes(warningsOf(open, withMessages(98_900), 10_000))).toEqual(["few-samples", "rate-not-reached"]);
  });

  test("need not have reached it in a last round trip that no warm-up makes up for", () => {
    const serviceNs = { ...sound.rttNs, mean: 120e6 };
    const far = (messages: number) => ({ ...withMessages(messages), serviceNs });
    const reached = (warmup: string, messages: number) =>
      !codes(warningsOf(planOf({ rate: "10k/s", warmup }), far(messages), 0)).includes("rate-not-reached");
    expect([reached("0", 97_900), reached("0", 97_700)]).toEqual([true, false]);
    expect([reached("50ms", 98_400), reached("50ms", 98_200)]).toEqual([true, false]);
    expect([reached("1s", 99_001), reached("1s", 98_900)]).toEqual([true, false]);
    const stages = planOf({ stages: "10k/s:0s,10k/s:10s" });
    expect(codes(warningsOf(stages, far(97_900), 0))).toEqual(["few-samples"]);
  });

  test("that an amount ends need not have reached it until its slowest message was back", () => {
    const slow = (max: number) => ({ ...withMessages(95_000), serviceNs: { ...sound.rttNs, mean: 1e6, max } });
    const reached = (max: number, warmup: string) => {
      const open = planOf({ rate: "10k/s", messages: "95000", warmup });
      return !codes(warningsOf(open, slow(max), 0)).includes("rate-not-reached");
    };
    expect([reached(500e6, "0"), reached(500e6, "1s"), reached(300e6, "1s")]).toEqual([true, true, false]);
  });

  test("reaches its stages when no more than a hundredth of their integral is missing", () => {
    // A slope of 50,000 messages and a step of 50,000.
    const open = planOf({ stages: "20k/s:5s,10k/s:0s,10k/s:5s" });
    expect(codes(warningsOf(open, withMessages(99_001), 10_000))).toEqual(["few-samples"]);
    const [, warning] = warningsOf(open, withMessages(98_900), 10_000);
    expect(warning?.message).toBe("only 98,900 of 100,000 messages of the stages came back within the window");
  });

  test("may miss a rate of random arrivals by what chance explains", () => {
    const open = planOf({ rate: "100/s", arrival: "poisson" });
    expect(codes(warningsOf(open, withMessages(910), 0))).toEqual(["few-samples"]);
    expect(codes(warningsOf(open, withMessages(900), 0))).toEqual(["few-samples", "rate-not-reached"]);
  });

  test("says when more than one message in a hundred was sent late", () => {
    const open = planOf({ rate: "10k/s" });
    expect(codes(warningsOf(open, lag(1_000_000), 0))).toEqual([]);
    expect(codes(warningsOf(open, lag(1_000_001), 0))).toEqual(["late-sends"]);
  });

  test("says when messages waited for room, and for how long", () => {
    const open = planOf({ rate: "10k/s", pipeline: "8" });
    const waited = { ...lag(0), windowWaitNs: { ...sound.connectNs, max: 2_000_000 } };
    expect(codes(warningsOf(open, waited, 0, 0, 0))).toEqual([]);
    const [warning] = warningsOf(open, waited, 0, 0, 250);
    expect(warning?.code).toBe("window-full");
    expect(warning?.message).toContain(
      "250 messages (0.25 %) were due while the window of their connection (8 in flight)",
    );
    expect(warning?.message).toContain("up to 2.00 ms");
  });
});

test.each([
  [100_000, undefined],
  [99_999, "too few messages (99,999) for p99.99: fewer than 10 lie beyond"],
  [9_999, "too few messages (9,999) for p99.9 and above: fewer than 10 lie beyond"],
  [50, "too few messages (50) for p90 and above: fewer than 10 lie beyond"],
])("with %p messages the weak percentiles are named", (messages, message) => {
  expect(warningsOf(plan, withMessages(messages), 0)[0]?.message).toBe(message as string);
});

describe("the client's own pauses", () => {
  const million = withMessages(1_000_000);
  const rttNs = { ...million.rttNs, p99: 200_000, p99_9: 400_000, p99_99: 3_000_000 };
  const paused = (pauses: number, pausedMs: number, longestPauseMs: number) => {
    const rest = {
      ...{ collections: 0, runQueueMs: null, involuntarySwitches: null, processors: null },
      backgroundThreads: "idle" as const,
    };
    return { ...million, rttNs, harness: { pauses, pausedMs, longestPauseMs, ...rest } };
  };
  const warned = (given: Record<string, unknown>, ...figures: Parameters<typeof paused>): string | undefined =>
    warningsOf(planOf({ seed: 7, ...given }), paused(...figures), 0).find(({ code }) => code === "client-paused")
      ?.message;

  test.each<[string, Record<string, unknown>, Parameters<typeof paused>, string | undefined]>([
    ["a standstill", {}, [1, 2_000, 2_000], "the client itself stood still for 2.00 s of 10.0 s (1 pause"],
    [
      "a turn of a load without messages",
      { mode: "upload" },
      [1, 200, 200],
      "a client thread took up to 200 ms of 10.0 s to see its sockets again",
    ],
    ["too few for what is shown", { conns: 2 }, [30, 60, 3], undefined],
    [
      "enough in a closed loop with much in flight",
      { conns: 100 },
      [30, 60, 3],
      "p99.9 and above show the client's own",
    ],
    ["enough with a pipeline", { conns: 1, pipeline: 100 }, [30, 60, 3], "p99.9 and above"],
    ["fewer with the connections on two threads", { conns: 30, threads: 2 }, [30, 60, 3], "p99.99 and above"],
    ["what an open loop had due in them", { rate: 100_000 }, [30, 60, 3], "p99.9 and above"],
    ["small ones beside long round trips", { conns: 2, pipeline: 3 }, [20, 24, 1.2], undefined],
  ])("%s", (_, given, figures, message) => {
    if (message === undefined) expect(warned(given, ...figures)).toBeUndefined();
    else expect(warned(given, ...figures)).toStartWith(message);
  });

  /** An open loop whose p99.9 is 6.14 ms, of which 3.96 ms are send lag. */
  const lateAtTheTail = (given: Record<string, unknown>): string[] => {
    const { harness, ...figures } = paused(26, 70, 13);
    const tail = { p99: 2_000_000, p99_9: 6_140_000, p99_99: 13_800_000 };
    const lag = { p99: 10_000, p99_9: 3_960_000, p99_99: 11_400_000 };
    const late = { ...figures, harness, rttNs: { ...rttNs, ...tail }, sendLagNs: { ...rttNs, ...lag } };
    const warnings = warningsOf(planOf({ seed: 7, ...given }), late, 0);
    return warnings.filter(({ code }) => code === "client-paused").map(({ message }) => message);
  };

  test("a long one that many short ones hide shows in the send lag of an open loop", () => {
    const message = "p99.9 and above show the client's own pauses: 26 of more than 1 ms, the longest 13.0 ms";
    expect(lateAtTheTail({ rate: 50_000 })).toEqual([message]);
  });

  test("a send lag that so few pauses cannot have made is none", () => {
    expect(lateAtTheTail({ rate: 10 })).toEqual([]);
  });

  test.each([
    [
      "more than there are processors for",
      4,
      12_345,
      "the 4 threads of the client waited for a processor for 31 % of their time",
    ],
    ["enough processors", 4, 8_000, undefined],
    ["one, whose waits are pauses", 1, 4_000, undefined],
  ])("threads with %s", (_, threads, runQueueMs, message) => {
    const { harness, ...figures } = paused(0, 0, 0);
    const waited = { ...figures, harness: { ...harness, runQueueMs } };
    const warnings = warningsOf(planOf({ seed: 7, threads, conns: threads }), waited, 0);
    const warning = warnings.find(({ code }) => code === "client-paused");
    if (message === undefined) expect(warning).toBeUndefined();
    else expect(warning?.message).toStartWith(message);
  });
});
