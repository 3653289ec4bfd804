import { describe, expect, test } from "bun:test";
import { type Behaviour, echo, freezeAt, resetAt, slowFrom, startHostileServer } from "./fixtures/hostile-server.ts";
import { runClient, runClientForResult, startClient, to } from "./fixtures/program.ts";
import { until } from "./fixtures/until.ts";

/** Nobody waits for it. */
const ENDLESS = ["--warmup", "0", "--duration", "1h", "--interval", "100ms"];

async function face(behaviour: Behaviour, ...args: readonly string[]) {
  using server = startHostileServer(behaviour);
  // Awaited here, because the server has to outlive the run.
  return await runClientForResult(...to(server), ...args);
}

describe.concurrent("--abort-on ends a run", () => {
  test("when a server gets slow, and says why and when", async () => {
    const condition = "p99>25ms for 300ms";
    const slow = slowFrom(100 * 1_024, 30);
    const { exitCode, result, stderr } = await face(slow, ...ENDLESS, "--conns", "4", "--abort-on", condition);
    expect(exitCode).toBe(4);
    expect(result.aborted?.expression).toBe(condition);
    expect(result).toMatchObject({ verdict: "fail", exitCode: 4, errors: { total: 0 }, expectations: [] });
    expect(result.reason).toMatch(/^ended by --abort-on p99>25ms for 300ms, after [\d.]+m?s$/);
    expect(result.options["abortOn"]).toEqual([condition]);
    expect(result.window.durationMs).toBeGreaterThanOrEqual(result.aborted?.atMs ?? Number.POSITIVE_INFINITY);
    const slowRows = result.intervals.filter(({ rttNs }) => rttNs.p99 > 25e6);
    expect(slowRows.length).toBeGreaterThanOrEqual(3);
    expect(stderr).toContain(`--abort-on "${condition}": ended the run after `);
  });

  test.each([
    ["that counts messages", ["--messages", "1000000000", "--abort-on", "errors>0,messages>=1"]],
    ["that counts bytes", ["--bytes", "1000TB", "--abort-on", "messages/s>1 for 200ms"]],
    ["of a stream", ["--mode", "stream", "--duration", "1h", "--warmup", "0", "--abort-on", "throughput>1kB/s"]],
    ["of churn", ["--mode", "churn", "--duration", "1h", "--warmup", "0", "--abort-on", "messages>=1 for 200ms"]],
    ["of threads at a rate", ["--rate", "1k/s", "--conns", "4", "--threads", "2", "--abort-on", "bytes>=1"]],
  ])("%s", async (_, load) => {
    const { exitCode, result } = await face(echo, ...load, "--interval", "100ms");
    expect(result.reason).toStartWith("ended by --abort-on ");
    expect(result.errors.total).toBe(0);
    expect(exitCode).toBe(4);
  });

  test("and never for what comes after its window: a server that answers FIN late makes no row", async () => {
    using server = startHostileServer(echo, undefined, (peer) => setTimeout(() => peer.socket.end(), 800));
    const load = ["--messages", "2000", "--interval", "100ms", "--abort-on", "messages<1 for 300ms"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect([exitCode, result.aborted, result.totals.messages]).toEqual([0, null, 2_000]);
    expect(result.intervals.at(-1)?.endMs).toBeLessThan(result.window.durationMs + 100);
  });

  test("in the report, which has what was measured and its thresholds", async () => {
    using server = startHostileServer(echo);
    const limits = ["--abort-on", "messages>=1", "--expect", "messages<1"];
    const { exitCode, stdout } = await runClient(...to(server), ...ENDLESS, ...limits);
    expect(stdout).toContain("broken  messages<1");
    expect(stdout).toMatch(/\nFAIL {2}ended by --abort-on messages>=1, after [\d.]+m?s, 1 threshold broken\n$/);
    expect(exitCode).toBe(4);
  });

  test("with exit code 1 where there were errors", async () => {
    const load = [...ENDLESS, "--conns", "2", "--reconnect", "--abort-on", "errors>=1"];
    const { exitCode, result } = await face(resetAt(10 * 1_024), ...load);
    expect(result.reason).toMatch(/^[\d,]+ errors?, ended by --abort-on errors>=1, after /);
    expect(exitCode).toBe(1);
  });

  test("unless the user ends it before", async () => {
    using server = startHostileServer(echo);
    await using client = startClient(...to(server), ...ENDLESS, "--abort-on", "errors>0", "--ndjson");
    await until(() => client.stdout.includes('"interval"'), "a row");
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toContain('"aborted":null');
  });

  test.each([
    [["--abort-on", "connect-p99>1ms"], "the rows of the time series have no connect-p99"],
    [["--mode", "stream", "--abort-on", "p99>1ms for 5s"], '--abort-on "p99>1ms for 5s": this run has no p99'],
    [
      ["--abort-on", "p99>1s for 6s", "--duration", "5s"],
      '--abort-on "p99>1s for 6s": expected at most the 5s of the load',
    ],
    [["--expect", "p99<1s after 10s"], '--expect "p99<1s after 10s": expected a time within the 10s of the load'],
    [["--abort-on", "p99"], '--abort-on "p99": expected a condition such as p99>50ms for 5s'],
    [
      ["--abort-on", "p99>1ms", "--shard", "1/2", "--conns", "2"],
      '--abort-on "p99>1ms": expected without --shard, as one shard would end and the others go on',
    ],
  ])("not where it cannot: %p", async (args, message) => {
    const { exitCode, stderr } = await runClient(...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});

describe.concurrent("--expect with after", () => {
  const WINDOW = ["--warmup", "0", "--duration", "1200ms", "--interval", "100ms"];

  test("judges the rows from then on alone", async () => {
    const limits = ["--expect", "max>=400ms", "--expect", "max<400ms after 700ms"];
    const { exitCode, result } = await face(freezeAt(10 * 1_024, 400), ...WINDOW, ...limits);
    expect(result.expectations.map(({ ok }) => ok)).toEqual([true, true]);
    expect(result.expectations[1]?.actual).toBeLessThan(result.rttNs.max);
    expect(exitCode).toBe(0);
  });

  test("is broken where no row follows, and refused for what rows do not have", async () => {
    const { exitCode, result } = await face(echo, "--messages", "100", "--expect", "errors==0 after 1h");
    expect(result.expectations).toEqual([{ expression: "errors==0 after 1h", actual: null, ok: false }]);
    expect(exitCode).toBe(4);
    const { stderr } = await runClient("--expect", "jitter<1ms after 1s");
    expect(stderr).toContain("the rows of the time series have no jitter; expected one of mean,");
  });
});
