import { expect, test } from "bun:test";
import { HeartbeatWatch } from "./heartbeat.ts";

/** What a watch says after each look. */
const watched = (...beats: readonly number[]): string => {
  const watch = new HeartbeatWatch();
  return beats.map((each) => (watch.look(each) ? (watch.isSilent ? "silent" : "answers") : ".")).join(" ");
};

test.each([
  ["one that beats", [1, 2, 3, 4, 5, 6, 7], ". . . . . . ."],
  ["one that misses a few beats, as on a busy machine", [1, 1, 1, 1, 2, 2, 2, 2, 3], ". . . . . . . . ."],
  ["one that stands still, once", [7, 7, 7, 7, 7, 7, 7], ". . . . silent . ."],
  ["one that goes on, and stands still again", [1, 1, 1, 1, 1, 2, 2, 2, 2, 2], ". . . . silent answers . . . silent"],
  ["one that has never beaten", [0, 0, 0, 0, 0], ". . . . silent"],
])("%s", (_case, beats, said) => {
  expect(watched(...beats)).toBe(said);
});
