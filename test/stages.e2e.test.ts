import { describe, expect, test } from "bun:test";
import { startHostileServer, echo } from "./fixtures/hostile-server.ts";
import { runClient, runClientForResult, ServerProgram, to } from "./fixtures/program.ts";

const STAGES = ["--stages", "2k/s:500ms,2k/s:500ms,500/s:0s,0:500ms"];

describe("stages of 500 + 1,000 + 125 messages", () => {
  test.each(["constant", "poisson"])("are sent as they say, %s, over threads and connections", async (arrival) => {
    await using server = await ServerProgram.start();
    const { exitCode, result } = await runClientForResult(
      ...to(server),
      ...STAGES,
      ...["--arrival", arrival, "--conns", "5", "--threads", "2", "--size", "64", "--interval", "500ms"],
    );
    expect(exitCode).toBe(0);
    expect(result.options).toMatchObject({
      stages: "2000/s:500ms,2000/s:500ms,500/s:0ms,0/s:500ms",
      duration: 1_500,
      warmup: 0,
      pipeline: 400,
    });
    const slack = arrival === "poisson" ? 5 * Math.sqrt(1_625) : 3;
    expect(result.totals.messages).toBeWithin(1_625 - slack, 1_625 + slack + 1);
    expect(result.sendLagNs?.count).toBe(result.totals.messages);
    expect(result.warnings.map(({ code }) => code)).not.toContain("rate-not-reached");
  });

  test("are in the head of the report", async () => {
    await using server = await ServerProgram.start();
    const { stdout } = await runClient(...to(server), "--stages", "100/s:100ms,0:100ms");
    expect(stdout).toContain("open loop of 100/s:100ms, 0/s:100ms with at most 100 in flight each");
  });
});

test("a count ends the stages early, and then only what was due by then is asked for", async () => {
  using server = startHostileServer(echo);
  const load = ["--stages", "50/s:0s,50/s:1s", "--messages", "10"];
  const { result } = await runClientForResult(...to(server), ...load);
  expect(result.totals.messages).toBe(10);
  expect(result.warnings.map(({ code }) => code)).not.toContain("rate-not-reached");
});
