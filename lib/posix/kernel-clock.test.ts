import { expect, test } from "bun:test";
import { readKernelClock } from "./kernel-clock.ts";
import { libcAvailable } from "./libc.ts";

test.skipIf(!libcAvailable)("the kernel says how right its clock is, within what adjtimex(2) can say", () => {
  const clock = readKernelClock();
  // The kernel's limits: MAXPHASE, and NTP_PHASE_LIMIT or more while nobody sets the clock.
  expect(Math.abs(clock?.offsetUs ?? Number.NaN)).toBeLessThanOrEqual(500_000);
  expect(clock?.errorUs).toBeWithin(0, 16_000_001);
  expect(clock?.isSynchronised).toBeBoolean();
});
