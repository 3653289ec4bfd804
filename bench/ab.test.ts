import { expect, test } from "bun:test";
import { UsageError } from "../lib/errors.ts";
import { requireEnoughRounds } from "./ab.ts";

test.each([1, 2, 5])("%d rounds are refused with the number needed", (rounds) => {
  expect(() => requireEnoughRounds(rounds)).toThrow(UsageError);
  expect(() => requireEnoughRounds(rounds)).toThrow(`--rounds "${rounds}": expected at least 6;`);
});

test("six rounds can show a difference", () => expect(() => requireEnoughRounds(6)).not.toThrow());
