import { describe, expect, test } from "bun:test";
import { compare, InterruptedError, probe, runLoad, startServer, UnreachableError, UsageError } from "../api/index.ts";
import { epollAvailable } from "../lib/posix/epoll.ts";
import { resultOf } from "../lib/result/run-result.fixture.ts";
import { failureOf } from "./fixtures/failure-of.ts";
import { flipBit, startHostileServer } from "./fixtures/hostile-server.ts";

const engines = epollAvailable ? (["bun", "epoll"] as const) : (["bun"] as const);

describe.each(engines)("the API on %s", (engine) => {
  test("starts a server, loads it and stops it", async () => {
    await using server = await startServer({ engine });
    const result = await runLoad({ port: server.port, engine, messages: 500, conns: 5, size: "4k" });
    expect(result).toMatchObject({ schema: "echobench.run/1", verdict: "pass", totals: { messages: 500 } });
    expect(server.endpoint).toBe(`127.0.0.1:${server.port}`);
    expect(await server.stop()).toEqual({ cut: 0 });
    expect(server.counters()).toMatchObject({ connections: 5, active: 0, bytesIn: 500 * 4_096, bytesOut: 500 * 4_096 });
    expect(await failureOf(runLoad({ port: server.port, engine, messages: 1 }))).toBeInstanceOf(UnreachableError);
  });

  test("gives the rows of a run as they are measured, and then its result", async () => {
    await using server = await startServer({ engine });
    const run = runLoad({ port: server.port, engine, duration: "350ms", warmup: 0, interval: "100ms" });
    const rows: number[] = [];
    for await (const { messages } of run) rows.push(messages);
    const { intervals, totals } = await run;
    expect(rows).toEqual(intervals.map(({ messages }) => messages));
    expect(rows.length).toBeGreaterThanOrEqual(3);
    expect(rows.reduce((sum, messages) => sum + messages, 0)).toBe(totals.messages);
  });

  test("ends a run early with what it measured so far", async () => {
    await using server = await startServer({ engine });
    const stop = new AbortController();
    const run = runLoad(
      { port: server.port, engine, duration: "1h", warmup: 0, interval: "100ms" },
      { signal: stop.signal },
    );
    for await (const { messages } of run) if (messages > 0) stop.abort();
    const result = await run;
    expect(result.verdict).toBe("interrupted");
    expect(result.totals.messages).toBeGreaterThan(0);
  });
});

describe("the API", () => {
  test("gives the error of a run to those who only iterate", async () => {
    const iterate = async (): Promise<void> => {
      for await (const _ of runLoad({ port: 1 }));
    };
    expect(await failureOf(iterate())).toBeInstanceOf(UnreachableError);
  });

  test("says what is wrong with an option, and which option is unknown", async () => {
    expect(await failureOf(runLoad({ conns: "many" }))).toEqual(
      new UsageError('conns "many": expected an integer from 1 to 1000000'),
    );
    // @ts-expect-error: there is no such option
    expect(await failureOf(runLoad({ conn: 1 }))).toHaveProperty(
      "message",
      "conn: unknown option; did you mean conns?",
    );
    // @ts-expect-error: what belongs to the program is no option here
    expect(await failureOf(startServer({ logFile: "x" }))).toHaveProperty("message", "logFile: unknown option");
    expect(await failureOf(startServer({ host: "127.0.0.1", port: 70_000 }))).toBeInstanceOf(UsageError);
    expect(await failureOf(probe("nowhere"))).toBeInstanceOf(UsageError);
    // @ts-expect-error: no options
    expect(await failureOf(runLoad(null))).toHaveProperty("message", "options null: expected an object");
    expect(new UsageError("").name).toBe("UsageError");
    expect(await failureOf(runLoad({}, { signal: AbortSignal.abort() }))).toBeInstanceOf(InterruptedError);
  });

  test("reports wrong bytes in the result, not as an exception", async () => {
    using server = startHostileServer(flipBit(5_000, 0));
    const { verdict, errors } = await runLoad({ port: server.port, messages: 100 });
    expect(verdict).toBe("fail");
    expect(errors.byKind).toEqual({ mismatch: 1 });
  });

  test("probes targets", async () => {
    await using server = await startServer();
    const { verdict, targets } = await probe([server.endpoint, "127.0.0.1:1"], { count: 0 });
    expect(verdict).toBe("fail");
    expect(targets.map(({ isHealthy }) => isHealthy)).toEqual([true, false]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("names %p as it was given", async (conns) => {
    const error = await failureOf(runLoad({ port: 1, conns }));
    expect(error).toMatchObject({ name: "UsageError", message: expect.stringContaining(`conns ${conns}: expected`) });
  });

  test("takes no other signal than an AbortSignal", async () => {
    const signal = {} as AbortSignal;
    for (const call of [runLoad({ port: 1 }, { signal }), probe("127.0.0.1:1", {}, { signal })]) {
      const error = await failureOf(call);
      expect(error).toMatchObject({ name: "UsageError", message: "signal: expected an AbortSignal" });
    }
  });

  test("compares results, and finds what became slower", () => {
    const { throughput, rttNs } = resultOf();
    const measured = (minute: number, messagesPerSecond: number) =>
      resultOf({
        startedAt: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
        ...{ serviceNs: null, windowWaitNs: null, sendLagNs: null, throughput: { ...throughput, messagesPerSecond } },
        rttNs: { ...rttNs, p50: 1e9 / messagesPerSecond },
      });
    const side = (from: number, rate: number) => Array.from({ length: 6 }, (_, i) => measured(from + i, rate + i));
    const slower = compare(side(0, 1_000), side(10, 500));
    expect(slower.outcome?.kind).toBe("regression");
    expect(slower.rows.find(({ metric }) => metric === "messages/s")?.verdict).toBe("slower");
    expect(compare(side(0, 1_000), side(10, 1_000.5)).outcome?.kind).toBe("no regression");
    expect(() => compare(side(0, 1_000), side(0, 1_000))).toThrow(UsageError);
    expect(() => compare([], side(0, 1_000))).toThrow(UsageError);
    // @ts-expect-error: no results
    expect(() => compare([{}], [null])).toThrow("base[0]: expected a result");
  });
});
