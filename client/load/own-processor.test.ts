import { describe, expect, test } from "bun:test";
import { OwnProcessor } from "./own-processor.ts";

/** Checks a thread. @returns where it was told to run, in order */
function moves(threads: number, allowed: readonly number[], current: number, incoming: number, fd?: number) {
  const told: Array<readonly number[]> = [];
  const machine = { allowed: () => allowed, current: () => current, incoming: () => incoming };
  new OwnProcessor(threads, { ...machine, keepOn: (cpus) => told.push(cpus) }).check(fd);
  return told;
}

describe("a thread that never sleeps", () => {
  test("leaves the processor where its echoes arrive, and may then run everywhere again", () => {
    expect(moves(1, [0, 1, 4], 1, 1, 9)).toEqual([
      [0, 4],
      [0, 1, 4],
    ]);
  });

  test.each<[string, Parameters<typeof moves>]>([
    ["echoes arrive elsewhere", [1, [0, 1], 0, 1, 9]],
    ["there is no processor left over", [2, [0, 1], 0, 0, 9]],
    ["it may run on one processor only", [1, [3], 3, 3, 9]],
    ["it has no connection", [1, [0, 1], 0, 0]],
    ["the system does not say where it runs", [1, [0, 1], -1, -1, 9]],
  ])("stays where %s", (_, given) => expect(moves(...given)).toEqual([]));
});
