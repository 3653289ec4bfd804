import { afterAll, expect, test } from "bun:test";
import { linkSync, mkdirSync, symlinkSync } from "node:fs";
import { TemporaryFolder } from "../../test/fixtures/temporary-folder.ts";
import { checkDistinct, checkOutput } from "./output-checks.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const file = folder.write("file", "");
const missing = folder.join("missing");
const [link, hardLink, loop] = [folder.join("link"), folder.join("hard link"), folder.join("loop")];
symlinkSync(file, link);
linkSync(file, hardLink);
symlinkSync(loop, loop);
symlinkSync(missing, folder.join("dangling"));
mkdirSync(folder.join("folder"));

test.each([
  [file, file],
  [link, file],
  [hardLink, file],
  [`${folder.path}/./folder/../file`, file],
  [missing, missing],
  [`${folder.path}/folder/../missing`, missing],
  [folder.join("dangling"), missing],
  ["-", "-"],
  ["/dev/stdout", "-"],
  ["/dev/fd/1", "-"],
  ["/proc/self/fd/1", "/dev/stdout"],
  [`/proc/${process.pid}/fd/1`, "-"],
  ["/dev/fd/2", "/dev/stderr"],
])("%s and %s are one file", (output, other) => {
  const message = `--csv "${output}": expected another file than --json, which would be mixed up or lost`;
  expect(() => checkDistinct([["--csv", output]], [["--json", other]])).toThrow(message);
  expect(() =>
    checkDistinct(
      [
        ["--json", other],
        ["--csv", output],
      ],
      [],
    ),
  ).toThrow(message);
});

test.each([
  [folder.join("other"), file],
  [missing, file],
  ["-", file],
  ["/dev/null", "/dev/null"],
])("%s and %s are two", (output, other) => {
  expect(() => checkDistinct([["--csv", output]], [["--json", other]])).not.toThrow();
});

test.each([
  ["folder", "it is a folder"],
  ["folder/", "it is a folder"],
  ["none/file", "no such folder"],
  ["none/", "no such folder"],
  ["file/below", "no such folder"],
  ["loop", "its links lead in a circle"],
  ["n".repeat(300), "the name is too long"],
])("%s cannot be written, which is known before the run", (name, reason) => {
  const path = `${folder.path}/${name}`;
  expect(() => checkOutput("--json", path)).toThrow(`--json "${path}": cannot be written: ${reason}`);
});
