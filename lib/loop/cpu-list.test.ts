import { describe, expect, test } from "bun:test";
import { allowedCpus } from "../posix/scheduling.ts";
import { cpusOf, parseCpuList } from "./cpu-list.ts";

describe("a list of processors", () => {
  test.each([
    ["0", [0]],
    ["0-3,6", [0, 1, 2, 3, 6]],
    ["3, 1", [3, 1]],
    ["2,1-2,2", [2, 1]],
    ["8191", [8191]],
  ])("%p", (text, cpus) => expect(parseCpuList(text)).toEqual(cpus));

  test.each(["", "a", "-1", "1-", "3-1", "0,,1", "100000", "0x1", "1.5", "0-100000"])("%p is none", (text) => {
    expect(parseCpuList(text)).toBeUndefined();
  });

  test.if(allowedCpus().length > 0)("may name what this process may run on only", () => {
    const [first] = allowedCpus();
    expect(cpusOf(undefined)).toEqual([]);
    expect(cpusOf(String(first))).toEqual([first ?? -1]);
    expect(() => cpusOf("99999")).toThrow("expected processors that this process may run on");
    expect(() => cpusOf("8191")).toThrow(/^--cpu "8191": expected processors that this process may run on: \d+/);
  });
});
