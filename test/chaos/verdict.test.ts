import { describe, expect, test } from "bun:test";
import type { Development } from "./sampler.ts";
import { Tally } from "./tally.ts";
import { complaintsOf, describeVerdict } from "./verdict.ts";

const slope = (lowPerHour: number) => ({
  perHour: lowPerHour + 1e6,
  lowPerHour,
  highPerHour: lowPerHour + 2e6,
  isRising: lowPerHour > 0,
  points: 900,
});

const sound: Development = {
  process: "single",
  isAlive: true,
  samples: 1_000,
  rss: slope(-1e6),
  pss: null,
  rssFirstBytes: 5e7,
  rssLastBytes: 6e7,
  rssMaxBytes: 7e7,
  descriptorsFirst: 17,
  descriptorsLast: 17,
  threadsFirst: 6,
  threadsLast: 6,
};

describe("a process", () => {
  test.each<[what: string, changed: Partial<Development>, complaints: number]>([
    ["that stays as it is", {}, 0],
    ["that grows", { rss: slope(5e7) }, 1],
    ["that grew in a run too short for a judgement", { rss: slope(5e7), samples: 100 }, 0],
    ["that keeps descriptors", { descriptorsLast: 40 }, 1],
    ["that was killed with connections", { descriptorsLast: 40, isAlive: false }, 0],
  ])("%s", (_, changed, complaints) => {
    expect(complaintsOf({ ...sound, ...changed })).toHaveLength(complaints);
  });
});

test("the verdict says what was verified, survived, skipped and wrong", () => {
  const tally = new Tally();
  tally.addTraffic({ bytesVerified: 6e9, messages: 10, connections: 600 });
  tally.addFault("reload-storm", false);
  tally.skip("network-loses", "needs root");
  const failure = { engine: "bun", name: "reload-storm", seed: 7, atMs: 1_500, message: "no echo", file: "/f/1.txt" };
  const { traffic, faults, skipped, lost } = tally;
  const engine = {
    engine: "bun",
    traffic,
    clientRuns: 1,
    faults,
    skipped,
    lost,
    failures: [failure],
    processes: [sound],
  };
  const common = { schema: "echobench.chaos/1", seed: 7, durationMs: 60_000, wasInterrupted: false } as const;
  const text = describeVerdict({ ...common, engines: [engine], verdict: "fail" });
  for (const part of ["6.00 GB (100 MB/s)", "600 (10/s)", "0 of 1  reload-storm", "network-loses: needs root"]) {
    expect(text).toContain(part);
  }
  expect(text).toContain("reload-storm, seed 7, after 1.5s: no echo (/f/1.txt)");
  expect(text).toContain("FAIL: 1 failure, 1 fault skipped");
});
