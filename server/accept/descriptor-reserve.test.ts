import { expect, test } from "bun:test";
import { DescriptorReserve } from "./descriptor-reserve.ts";

/** A system with so many descriptors left. */
const systemWith = (left: number) => ({
  left,
  open(): number | undefined {
    if (this.left === 0) return undefined;
    return this.left--;
  },
  close(): void {
    this.left++;
  },
});

test("gives up its descriptor when it is the last one, and takes it again when there are others", () => {
  const system = systemWith(5);
  const reserve = new DescriptorReserve(system);
  reserve.check();
  expect(reserve.isExhausted).toBe(false);
  expect(system.left).toBe(4);
  system.left = 0;
  reserve.check();
  expect(reserve.isExhausted).toBe(true);
  expect(system.left).toBe(1);
  // Still the last one.
  reserve.check();
  expect(reserve.isExhausted).toBe(true);
  expect(system.left).toBe(1);
  system.left = 3;
  reserve.check();
  expect(reserve.isExhausted).toBe(false);
  expect(system.left).toBe(2);
  reserve[Symbol.dispose]();
  expect(system.left).toBe(3);
});
