import { expect, test } from "bun:test";
import { parseStartTime } from "./start-time.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

test.each([
  ["2026-01-02T03:04:10Z", 5_000],
  ["2026-01-02 03:04:10Z", 5_000],
  ["2026-01-02T04:04:10.250+01:00", 5_250],
  ["2026-01-02T03:04:10,123456789+0000", 5_123],
  ["2026-01-02T03:05Z", 55_000],
  ["1767323050", 5_000],
  ["1767323050.5", 5_500],
])("%s is the same time for everybody", (text, laterMs) => {
  expect(parseStartTime(text, NOW)).toEqual({ atMs: NOW + laterMs, isCommon: true });
});

test.each([
  ["+5s", 5_000],
  ["+1m30s", 90_000],
  ["+0", 0],
])("%s counts from now", (text, laterMs) => {
  expect(parseStartTime(text, NOW)).toEqual({ atMs: NOW + laterMs, isCommon: false });
});

test.each([
  "",
  "now",
  "5s",
  "-5s",
  "+",
  "+x",
  "2026-01-02",
  "2026-13-02T03:04:10Z",
  "2026-02-29T03:04:10Z",
  "03:04:10Z",
])("%p is no time", (text) => expect(parseStartTime(text, NOW)).toBeUndefined());

test.each([
  ["2026-01-02T03:04:10", "expected a time zone, such as 2026-01-02T03:04:10Z for UTC"],
  ["1767323050000", "expected seconds since 1970, as date +%s prints them"],
])("%s is refused, as it may mean several times", (text, message) => {
  expect(() => parseStartTime(text, NOW)).toThrow(message);
});
