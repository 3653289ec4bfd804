import { expect, test } from "bun:test";
import { Jitter } from "./jitter.ts";

test("follows RFC 3550: a sixteenth of each difference's excess", () => {
  const jitter = new Jitter();
  jitter.add(100);
  expect(jitter.value).toBe(0);
  jitter.add(116);
  expect(jitter.value).toBe(1);
  jitter.add(100);
  expect(jitter.value).toBe(1 + (16 - 1) / 16);
});
