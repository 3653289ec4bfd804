import { expect, test } from "bun:test";
import { findMachineWarnings, findServerWaits, type Machine } from "./machine-warnings.ts";

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

test("a server that waited for a processor for more than a twentieth of a measurement is one warning with the worst", () => {
  const waits = [
    { where: "small, round 1", share: 0.06 },
    { where: "many, round 1", share: 0.4 },
    { where: "small, round 2", share: 0.05 },
  ];
  expect(findServerWaits(waits)).toEqual([
    "the server waited for a processor for more than 5 % of 2 of 3 measurements, for 40 % of many, round 1; stop other programs",
  ]);
  expect(findServerWaits(waits.slice(2))).toEqual([]);
});
