import { expect, test } from "bun:test";
import { constants } from "node:os";
import { systemErrorName, systemErrorPhrase } from "./error-names.ts";

const isSentence = (phrase: string): boolean => /^[a-z][a-z_-]*\b.*[a-z]/.test(phrase) && !phrase.includes("undefined");

test("every error number has words", () => {
  const bare = Array.from({ length: 4_096 }, (_, i) => systemErrorPhrase(systemErrorName(i + 1))).filter(
    (phrase) => !isSentence(phrase),
  );
  expect(bare).toEqual([]);
});

test("every error name of this platform has words of its own", () => {
  const names = Object.keys(constants.errno);
  expect(names.filter((name) => systemErrorPhrase(name).startsWith("the system reports"))).toEqual([]);
});

test.each([
  ["EINVAL", "invalid argument (EINVAL)"],
  ["ECONNREFUSED", "connection refused"],
  ["errno 4095", "system error 4095"],
  ["connect failed", "connect failed"],
  ["ERR_ODD", "the system reports ERR_ODD"],
  ["constructor", "the system reports constructor"],
])("%s", (code, phrase) => expect(systemErrorPhrase(code)).toBe(phrase));

test("a number without a name keeps its number", () => {
  expect(systemErrorName(111)).toBe("ECONNREFUSED");
  expect(systemErrorName(122)).toBe("EDQUOT");
  // Code compares with these names, and the C library has two for each.
  expect(systemErrorName(constants.errno.EWOULDBLOCK)).toBe("EAGAIN");
  expect(systemErrorName(constants.errno.EOPNOTSUPP)).toBe("ENOTSUP");
  expect(systemErrorName(2_000)).toBe("errno 2000");
});
