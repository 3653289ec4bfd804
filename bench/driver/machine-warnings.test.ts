import { expect, test } from "bun:test";
import { findMachineWarnings, type Machine } from "./machine-warnings.ts";

const quiet: Machine = { cores: 4, loadAverage1m: 0.1, governor: "performance", hasTaskset: true };

test("a quiet machine with several cores has no warning", () => {
  expect(findMachineWarnings(quiet)).toEqual([]);
  expect(findMachineWarnings({ ...quiet, governor: undefined })).toEqual([]);
});

test.each([
  [{ loadAverage1m: 1.5 }, "the machine is busy: the load average is 1.50"],
  [{ governor: "powersave" }, 'the frequency governor is "powersave"'],
  [{ cores: 1 }, "there is only one core"],
  [{ hasTaskset: false }, "taskset is not installed"],
])("%p is one warning", (changes, start) => {
  const found = findMachineWarnings({ ...quiet, ...changes });
  expect(found).toHaveLength(1);
  expect(found[0]).toStartWith(start);
});
