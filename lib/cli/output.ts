import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { untilRead } from "./stop.ts";
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

/** Something that is read or written: its name in messages, and its path or `-` for a standard stream. */
export type NamedFile = readonly [name: string, path: string];

/** The same text for two paths of one file. */
function fileOf(path: string): string {
  if (path === "-") return path;
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/**
 * Checks that no output goes where another one goes, or something else is read or written.
 * @param reserved what else is read or written
 * @throws UsageError that names both
 */
export function checkDistinct(outputs: readonly NamedFile[], reserved: readonly NamedFile[]): void {
  const taken = new Map(reserved.map(([name, path]) => [fileOf(path), name]));
  for (const [name, path] of outputs) {
    const file = fileOf(path);
    const other = taken.get(file);
    if (other !== undefined) {
      throw new UsageError(`${name} "${path}": expected another file than ${other}, which would be mixed up or lost`);
    }
    taken.set(file, name);
  }
}

/** What text for people is called among the reserved streams. */
export const reportOnStdout: NamedFile = ["the report, which is on standard output", "-"];

/**
 * Checks before a run that each of its outputs can be written after it, and goes where nothing else goes.
 * @param reserved see `checkDistinct`
 * @throws UsageError when one cannot
 */
export function checkOutputs(outputs: readonly NamedFile[], reserved: readonly NamedFile[]): void {
  checkDistinct(outputs, reserved);
  for (const [flag, path] of outputs) checkOutput(flag, path);
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

/** Writes to standard output; resolves once the text is written, the reader has closed the pipe, or a stop ends the wait. */
export async function print(text: string): Promise<void> {
  tolerateClosedReader();
  await untilRead(new Promise<void>((written) => void process.stdout.write(text, () => written())));
}

/**
 * Writes a whole file, or to standard output when the file is `-`. A reader that closes the pipe is no error.
 * @throws UsageError when the file cannot be written
 */
export async function writeOutput(flag: string, file: string, text: string): Promise<void> {
  if (file === "-") return print(text);
  let isWritten: boolean;
  try {
    isWritten = await untilRead(writeFile(file, text));
  } catch (error) {
    throw unwritable(flag, file, reasons[systemErrorCode(error) ?? ""] ?? messageOf(error));
  }
  if (!isWritten) throw unwritable(flag, file, "nobody reads it");
}
