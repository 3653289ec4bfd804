import { describe, expect, test } from "bun:test";
import { isTargetLike, parseTargets } from "./targets.ts";

test.each(["a:1", "127.0.0.1:99999", "a:1-9", "[::1]:7", "[::1]", "::1", "127.0.0.1"])(
  "%s is rather a target",
  (word) => expect(isTargetLike(word)).toBe(true),
);

test.each(["out.json", "a", "./a:b.json", "2026-01-01T10:00.json", "/dev/stdout"])("%s is rather a file", (word) =>
  expect(isTargetLike(word)).toBe(false),
);

describe("parseTargets", () => {
  test.each([
    ["a:0", "expected ports from 1 to 65535"],
    ["a:65536", "expected ports from 1 to 65535"],
    ["a:1-123456", "expected ports from 1 to 65535"],
    ["a:9-1", "expected the smaller port first"],
  ])("%s names the bound", (word, message) => expect(() => parseTargets(word)).toThrow(message));
});
