import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { StalledPipe } from "../../test/fixtures/stalled-pipe.ts";
import { TemporaryFolder } from "../../test/fixtures/temporary-folder.ts";
import { readRegularFile, readWholeFile } from "./whole-file.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());
const path = folder.join("file");

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

describe("a program that runs", () => {
  const pipe = folder.join("pipe");
  new StalledPipe(pipe)[Symbol.dispose]();

  test("reads a regular file", async () => {
    writeFileSync(path, "text");
    expect(String(await readRegularFile(path, 100))).toBe("text");
  });

  test.each([
    ["a pipe without a writer", pipe, "expected a regular file"],
    ["a device", "/dev/zero", "expected a regular file"],
    ["a folder", folder.path, "expected a regular file"],
    ["a missing file", `${path}-missing`, "ENOENT"],
  ])("does not wait for %s", async (_case, file, message) => {
    await expect(readRegularFile(file, 100)).rejects.toThrow(message);
  });

  test("does not wait for a file that never comes", async () => {
    const reading = readRegularFile(path, 100, () => new Promise(() => {}), 1);
    await expect(reading).rejects.toThrow("it was not read within 1ms");
  });
});
