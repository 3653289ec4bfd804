import { expect, test } from "bun:test";
import { findDoubts, type Machine } from "./machine-warnings.ts";

const quiet: Machine = { cores: 4, loadAverage1m: 0.1, governor: "performance", hasTaskset: true };

test("a quiet machine of several cores raises none", () => {
  expect(findDoubts(quiet)).toEqual([]);
  expect(findDoubts({ ...quiet, governor: undefined })).toEqual([]);
});

test.each([
  [{ loadAverage1m: 1.5 }, "a busy neighbour: the load average is 1.50"],
  [{ governor: "powersave" }, 'the frequency governor is "powersave"'],
  [{ cores: 1 }, "one core"],
  [{ hasTaskset: false }, "a shared core"],
])("%p raises one", (changes, doubt) => {
  const found = findDoubts({ ...quiet, ...changes });
  expect(found).toHaveLength(1);
  expect(found[0]).toStartWith(doubt);
});
