import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkDistinct } from "./output.ts";

test("a file that is wanted twice is refused, by whatever path, and so is standard output", () => {
  const folder = mkdtempSync(join(tmpdir(), "echobench-output-"));
  const [file, link] = [join(folder, "a"), join(folder, "link")];
  writeFileSync(file, "");
  symlinkSync(file, link);
  const check = (output: string, reserved: string): void => checkDistinct([["--csv", output]], [["--json", reserved]]);
  expect(() => check(join(folder, "b"), file)).not.toThrow();
  for (const other of [file, link, `${folder}/./a`]) {
    expect(() => check(other, file)).toThrow(
      `--csv "${other}": expected another file than --json, which would be mixed up or lost`,
    );
  }
  const missing = join(folder, "new");
  expect(() => check(missing, missing)).toThrow("--csv");
  expect(() => check("-", "-")).toThrow('--csv "-"');
  const [csv, hdr] = [["--csv", missing] as const, ["--hdr", missing] as const];
  expect(() => checkDistinct([csv, hdr], [])).toThrow("expected another file than --csv");
  rmSync(folder, { recursive: true });
});
