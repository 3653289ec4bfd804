import { expect, test } from "bun:test";
import { resourceProblem } from "./resources.ts";

test.each([
  ['a load thread failed: SyntaxError: EMFILE reading "a.ts"', "may open no more files"],
  ["ENFILE: file table overflow", "may open no more files"],
  ["EAGAIN: resource temporarily unavailable", "may start no more threads"],
  ["Out of memory", "not enough memory"],
  ["ENOMEM: not enough memory", "not enough memory"],
  ["Array buffer allocation failed", "not enough memory"],
  ["Invalid array length", "not enough memory"],
  ["undefined is not a function", undefined],
  ["expected EMFILES", undefined],
])("%s", (message, words) => {
  const problem = resourceProblem(new Error(message));
  if (words === undefined) expect(problem).toBeUndefined();
  else expect(problem).toContain(words);
});

test.each([() => new SharedArrayBuffer(2 ** 52), () => new Float64Array(2 ** 50)])(
  "memory that there is not: %p",
  (allocate) => {
    let problem: string | undefined;
    try {
      allocate();
    } catch (error) {
      problem = resourceProblem(error) ?? String(error);
    }
    expect(problem).toContain("not enough memory");
  },
);
