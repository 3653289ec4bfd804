import { expect, test } from "bun:test";
import { checkDescriptors } from "./descriptors.ts";

test.each([
  [100, 1, 116, undefined],
  [100, 1, undefined, undefined],
  [
    100,
    1,
    115,
    '--conns "100": this process may open 115 files (ulimit -n) and needs about 116, so connections will be missing; raise the limit with: ulimit -n 116',
  ],
])("%d connections of %d threads with %p files", (conns, threads, limit, warning) => {
  // Not undefined, which would ask the system.
  expect(checkDescriptors({ conns, threads }, limit ?? Number.POSITIVE_INFINITY)).toBe(warning);
});

test("threads that leave no file for a connection are refused", () => {
  expect(() => checkDescriptors({ conns: 8, threads: 8 }, 44)).toThrow(
    '--threads "8": this process may open 44 files (ulimit -n) and needs about 52; raise the limit with: ulimit -n 52',
  );
});
