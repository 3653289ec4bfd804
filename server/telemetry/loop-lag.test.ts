import { expect, test } from "bun:test";
import { LoopLag } from "./loop-lag.ts";

test("the lag is the worst of the last 10 s", () => {
  const lag = new LoopLag(0);
  expect(lag.measure(100)).toBe(0);
  expect(lag.measure(350)).toBe(150);
  let nowMs = 350;
  const measured = Array.from({ length: 100 }, () => lag.measure((nowMs += 110)));
  expect(measured[0]).toBe(150);
  expect(measured.at(-1)).toBe(10);
});
