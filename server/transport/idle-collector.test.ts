import { expect, test } from "bun:test";
import { collectWhenIdle } from "./idle-collector.ts";

/** After which looks it has collected. */
function collections(eventsPerLook: readonly number[]): readonly number[] {
  let events = 0;
  let action = (): void => {};
  const collected: number[] = [];
  let look = 0;
  const timers = { after: (_ms: number, next: () => void) => ((action = next), () => {}) };
  collectWhenIdle(
    timers,
    () => events,
    () => collected.push(look),
  );
  for (const more of eventsPerLook) {
    events += more;
    look++;
    action();
  }
  return collected;
}

test.each([
  ["never while something happens", [1, 5, 1, 1, 9, 1, 1, 1], []],
  ["never in a short pause", [1, 0, 1, 0, 1, 0, 1], []],
  ["once when it is over", [1, 1, 0, 0, 0, 0, 0, 0], [4]],
  ["again after more has happened", [1, 0, 0, 0, 3, 0, 0, 0], [3, 7]],
  ["never when nothing has happened", [0, 0, 0, 0], []],
])("garbage is collected %s", (_when, events, looks) => {
  expect(collections(events)).toEqual(looks);
});
