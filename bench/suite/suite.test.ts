import { expect, test } from "bun:test";
import { suiteOf } from "./suite.fixture.ts";
import { serverWaitsOf } from "./suite.ts";

test("a server's wait for a processor is a part of the window, and unknown where the platform does not say", () => {
  const suite = suiteOf({ base: [100], head: [100] });
  const [base, head] = suite.scenarios[0]?.measurements ?? [];
  if (!base || !head) throw new Error("the fixture has no measurements");
  base.result.window.durationMs = 2_000;
  base.serverRunQueueMs = 100;
  head.serverRunQueueMs = null;
  expect(serverWaitsOf(suite)).toEqual([{ where: "small (base), round 1", share: 0.05 }]);
});
