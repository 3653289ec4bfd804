import { expect, test } from "bun:test";
import { RECENT_EVENTS, RecentEvents } from "./recent-events.ts";

test("the latest events are kept, without DATA", () => {
  const recent = new RecentEvents();
  for (let i = 0; i < 500; i++) {
    recent.add(i, { kind: "CONNECT", client: `c${i}` });
    recent.add(i, { kind: "DATA", client: "c", rxBytes: 1, txBytes: 1 });
  }
  expect(recent.all.at(-1)).toEqual({ kind: "CONNECT", client: "c499", timeMs: 499 });
  expect(recent.all).toHaveLength(RECENT_EVENTS);
  expect(recent.all.some(({ kind }) => kind === "DATA")).toBe(false);
});
