import { accessSync, constants, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf, systemErrorCode, UsageError } from "../errors.ts";

const reasons: Record<string, string> = {
  ENOENT: "no such folder",
  ENOTDIR: "no such folder",
  EACCES: "permission denied",
  EROFS: "read-only file system",
};

const unwritable = (flag: string, file: string, reason: string): UsageError =>
  new UsageError(`${flag} "${file}": cannot be written: ${reason}`);

/**
 * Finds out before a run whether its result can be written after it; leaves the file as it is.
 * @throws UsageError when it cannot
 */
export function checkOutput(flag: string, file: string): void {
  if (file === "-") return;
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw unwritable(flag, file, "it is a folder");
  try {
    accessSync(found ? file : dirname(file), constants.W_OK);
  } catch (error) {
    throw unwritable(flag, file, reasons[systemErrorCode(error) ?? ""] ?? messageOf(error));
  }
}

let toleratesClosedReader = false;

/** A reader that went away, as `head` does, ends the output and not the program. */
function tolerateClosedReader(): void {
  if (toleratesClosedReader) return;
  toleratesClosedReader = true;
  process.stdout.on("error", (error) => {
    if (systemErrorCode(error) !== "EPIPE") throw error;
  });
}

/** Writes to standard output; settles when the reader has taken it, or has gone away. */
export function print(text: string): Promise<void> {
  tolerateClosedReader();
  return new Promise((resolve) => void process.stdout.write(text, () => resolve()));
}

/**
 * Writes text whole to a file, or to standard output when the file is `-`. A reader that has gone away is no error.
 * @throws UsageError when the file cannot be written
 */
export async function writeOutput(flag: string, file: string, text: string): Promise<void> {
  if (file === "-") return print(text);
  try {
    await writeFile(file, text);
  } catch (error) {
    throw unwritable(flag, file, reasons[systemErrorCode(error) ?? ""] ?? messageOf(error));
  }
}
