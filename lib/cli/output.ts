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
 * Checks before a run that its result can be written after it; does not change the file.
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

/** A reader that closes the pipe early, as `head` does, must end the output and not the program. */
function tolerateClosedReader(): void {
  if (toleratesClosedReader) return;
  toleratesClosedReader = true;
  process.stdout.on("error", (error) => {
    if (systemErrorCode(error) !== "EPIPE") throw error;
  });
}

/** Writes to standard output; resolves once the text is written, or the reader has closed the pipe. */
export function print(text: string): Promise<void> {
  tolerateClosedReader();
  return new Promise((resolve) => void process.stdout.write(text, () => resolve()));
}

/**
 * Writes a whole file, or to standard output when the file is `-`. A reader that closes the pipe is no error.
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
