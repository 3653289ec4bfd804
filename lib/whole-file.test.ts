import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readWholeFile } from "./whole-file.ts";

const path = join(tmpdir(), `echobench-whole-file-${process.pid}`);

test.each([0, 1, 65_535, 65_536, 65_537, 1_000_000])("a file of %i bytes is read to its end", (length) => {
  const bytes = crypto.getRandomValues(new Uint8Array(Math.min(length, 65_536)));
  const content = Buffer.alloc(length, length === 0 ? undefined : bytes);
  writeFileSync(path, content);
  expect(readWholeFile(path, 1_000_000).equals(content)).toBe(true);
});

test("a file of which the system tells that it is empty is read", () => {
  expect(readWholeFile("/proc/cpuinfo", 2 ** 24).length).toBe(readFileSync("/proc/cpuinfo").length);
});

test.each([
  ["a file that is too long", () => (writeFileSync(path, "x".repeat(101)), path)],
  ["a device that never ends", () => "/dev/zero"],
])("%s is refused", (_, file) => {
  expect(() => readWholeFile(file(), 100)).toThrow(RangeError);
});

test("a missing file is the system's error", () => {
  expect(() => readWholeFile(`${path}-missing`, 100)).toThrow(/ENOENT/);
});
