import { expect, test } from "bun:test";
import { findWarnings } from "./warnings.ts";

const good = { messages: 1_000_000, asked: 10, lasted: 10, isVerified: true };
const codes = (facts: Partial<typeof good>): string[] => findWarnings({ ...good, ...facts }).map(({ code }) => code);

test("a sound run has no warnings", () => expect(codes({})).toEqual([]));

test("each doubt has its own", () => {
  expect(codes({ messages: 0 })).toEqual(["no-messages"]);
  expect(codes({ lasted: 9 })).toEqual(["lost-connections"]);
  expect(codes({ isVerified: false })).toEqual(["not-verified"]);
});

test.each([
  [100_000, undefined],
  [99_999, "too few messages (99,999) for p99.99: fewer than 10 lie beyond"],
  [9_999, "too few messages (9,999) for p99.9 and above: fewer than 10 lie beyond"],
  [50, "too few messages (50) for p90 and above: fewer than 10 lie beyond"],
])("with %p messages the weak percentiles are named", (messages, message) => {
  expect(findWarnings({ ...good, messages })[0]?.message).toBe(message as string);
});
