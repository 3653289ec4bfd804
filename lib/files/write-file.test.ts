import { expect, test } from "bun:test";
import {
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { TemporaryFolder } from "../../test/fixtures/temporary-folder.ts";
import { writeWholeFile } from "./write-file.ts";

test("replaces a file, and keeps its mode and the links that lead to it", async () => {
  using folder = new TemporaryFolder();
  const file = folder.write("file", "old");
  chmodSync(file, 0o640);
  symlinkSync("file", folder.join("link"));
  const before = statSync(file).ino;
  await writeWholeFile(folder.join("link"), "new");
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(statSync(file).ino).not.toBe(before);
  expect(lstatSync(folder.join("link")).isSymbolicLink()).toBe(true);
  expect(readdirSync(folder.path).toSorted()).toEqual(["file", "link"]);
});

test("creates a file with the usual mode, also where a link leads", async () => {
  using folder = new TemporaryFolder();
  mkdirSync(folder.join("there"));
  symlinkSync("there/file", folder.join("link"));
  await writeWholeFile(folder.join("link"), "new");
  expect(readFileSync(folder.join("there/file"), "utf8")).toBe("new");
  expect(statSync(folder.join("link")).mode & 0o777).toBe(0o666 & ~process.umask());
});

test("a pipe that nobody reads is an error and no wait", async () => {
  using folder = new TemporaryFolder();
  Bun.spawnSync(["mkfifo", folder.join("pipe")]);
  expect(await writeWholeFile(folder.join("pipe"), "text").catch(String)).toContain("ENXIO");
});

test("a pipe's reader gets everything, however slowly it reads", async () => {
  using folder = new TemporaryFolder();
  const pipe = folder.join("pipe");
  Bun.spawnSync(["mkfifo", pipe]);
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const bytes = 300_000;
  const written = writeWholeFile(pipe, "x".repeat(bytes));
  const buffer = Buffer.alloc(65_536);
  let total = readSync(reader, buffer);
  const drain = async (): Promise<void> => {
    while (total < bytes) {
      try {
        total += readSync(reader, buffer);
      } catch {
        await new Promise(setImmediate);
      }
    }
  };
  await Promise.all([written, drain()]);
  expect(total).toBe(bytes);
});

test.each(["/dev/null", "/dev/fd/2"])("%s is written as it is", async (path) => {
  const before = statSync(path).ino;
  await writeWholeFile(path, "");
  expect(statSync(path).ino).toBe(before);
});
