import { expect, test } from "bun:test";
import { AppError, UsageError } from "../errors.ts";
import type { Given } from "./arguments.ts";
import { flag, list, secret, size } from "./option-kinds.ts";
import { describeOptions } from "./option-spec.ts";
import { withOrigin } from "./origins.ts";

const specs = describeOptions({
  size: size(1, 1_000, "1000"),
  token: secret("TOKEN", "a secret"),
  quiet: flag(),
  bind: list("ADDR", "an address", (text) => text),
});

const found = (key: string, raw: unknown, origin = `--${key}`): ReadonlyMap<string, Given> =>
  new Map([[key, { raw, label: `${origin} "${String(raw)}"`, origin }]]);

function messageFor(message: string, given: ReadonlyMap<string, Given>): string {
  const error = withOrigin(new UsageError(message), specs, given);
  return error instanceof AppError ? error.message : "";
}

test.each([
  ["the value of its option", "--size: expected less", found("size", "64"), '--size "64": expected less'],
  ["a number of a file", "--size: no", found("size", 64, "c.json"), '--size "64": no (it was given by c.json)'],
  ["no value twice", '--size "64": expected less', found("size", "64"), '--size "64": expected less'],
  ["no secret", "--token: expected more", found("token", "s3cret"), '--token "***": expected more'],
  ["nothing for a flag", "--quiet: expected less", found("quiet", true), "--quiet: expected less"],
  ["nothing for standard output", "--size: expected a file", found("size", "-"), "--size: expected a file"],
  ["a list", "--bind: expected one", found("bind", ["::1,::2"]), '--bind "::1,::2": expected one'],
  ["nothing for a list in parts", "--bind: expected less", found("bind", ["::1", "::2"]), "--bind: expected less"],
  ["nothing for an option that was not given", "--size: expected", found("quiet", true), "--size: expected"],
  ["control characters made visible", "--size: no", found("size", "6\u001B[2J"), '--size "6\\x1b[2J": no'],
])("an error has %s", (_what, message, given, text) => {
  expect(messageFor(message, given)).toBe(text);
});

test("another program's error stays as it is", () => {
  const error = new TypeError("--size: expected less");
  expect(withOrigin(error, specs, found("size", "64"))).toBe(error);
  expect(error.message).toBe("--size: expected less");
});
