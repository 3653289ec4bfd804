import { expect, test } from "bun:test";
import { Tally } from "./tally.ts";

test("traffic, faults and lost connections are added up", () => {
  const tally = new Tally();
  tally.addTraffic({ bytesVerified: 10, messages: 2, connections: 1 });
  tally.addTraffic({ bytesVerified: 5, messages: 1, connections: 3 });
  tally.addFault("b", true);
  tally.addFault("a", true);
  tally.addFault("b", false);
  tally.addLost({ reset: 2 });
  tally.addLost({ reset: 1, "closed-early": 4 });
  expect(tally.traffic).toEqual({ bytesVerified: 15, messages: 3, connections: 4 });
  expect(tally.runs).toBe(2);
  expect(tally.faults).toEqual({ a: { injected: 1, survived: 1 }, b: { injected: 2, survived: 1 } });
  expect(tally.lost).toEqual({ reset: 3, "closed-early": 4 });
});
