import { expect, test } from "bun:test";
import { slowDownNs, slowedDown } from "./slow-down.ts";

test("is nanoseconds, or nothing when the variable is not set", () => {
  expect(slowDownNs(undefined)).toBeUndefined();
  expect(slowDownNs("")).toBeUndefined();
  expect(slowDownNs("1500")).toBe(1_500);
});

test.each(["0", "-1", "1.5", "1e3", "10ms", "1000000001", "NaN"])("refuses %s", (written) => {
  expect(() => slowDownNs(written)).toThrow(`"${written}": expected nanoseconds`);
});

test("a read waits until the time is over and is then changed", () => {
  let nowNs = 0;
  const changedAtNs: number[] = [];
  const read = slowedDown(
    () => changedAtNs.push(nowNs),
    1_000,
    () => (nowNs += 100),
  );
  read(new Uint8Array(1));
  read(new Uint8Array(1));
  expect(changedAtNs).toHaveLength(2);
  expect(changedAtNs[0]).toBeGreaterThanOrEqual(1_000);
  expect((changedAtNs[1] ?? 0) - (changedAtNs[0] ?? 0)).toBeGreaterThanOrEqual(1_000);
});
