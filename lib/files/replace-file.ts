import { randomUUID } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { systemErrorCode } from "../errors.ts";

/** A file may be writable although its folder is not, or be a mount point: then it can only be written in place. */
const irreplaceable = new Set<unknown>(["EACCES", "EPERM", "EROFS", "EBUSY", "EXDEV"]);

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
}

/** Gives the new file the owner and the mode of the old one, as far as this user may. */
function adopt(fd: number, { uid, gid, mode }: Stats): void {
  try {
    fchownSync(fd, uid, gid);
  } catch (error) {
    if (systemErrorCode(error) !== "EPERM") throw error;
  }
  fchmodSync(fd, mode & 0o777);
}

/** Some file systems have nothing to flush. */
function flush(fd: number): void {
  try {
    fsyncSync(fd);
  } catch (error) {
    if (systemErrorCode(error) !== "EINVAL") throw error;
  }
}

function writeThenClose(fd: number, write: () => void): void {
  try {
    write();
  } finally {
    closeSync(fd);
  }
}

function writeInPlace(path: string, text: string): void {
  const fd = openSync(path, "w");
  writeThenClose(fd, () => writeAll(fd, text));
}

/** A path in the folder of `path` that nobody uses. */
const pathBeside = (path: string): string => join(dirname(path), `.echobench-${randomUUID()}`);

function replace(path: string, text: string, previous: Stats | undefined, isLasting: boolean): void {
  const temporary = pathBeside(path);
  const fd = openSync(temporary, "wx", previous ? 0o600 : 0o666);
  try {
    writeThenClose(fd, () => {
      writeAll(fd, text);
      if (previous) adopt(fd, previous);
      if (isLasting) flush(fd);
    });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes a regular file that is never there in part: the text is written beside it and renamed, so that a full disk or a
 * crash leaves the previous file whole. It works in one go, without an event in between, so that an exit leaves nothing
 * behind.
 * @param path without links
 * @param previous the file that is there now
 * @param isLasting whether to wait until the disk has it, so that a system that crashes right afterwards has it too
 * @throws a system error when it cannot be written
 */
export function replaceFile(path: string, text: string, previous: Stats | undefined, isLasting = true): void {
  try {
    replace(path, text, previous, isLasting);
  } catch (error) {
    if (!previous || !irreplaceable.has(systemErrorCode(error))) throw error;
    writeInPlace(path, text);
  }
}

/**
 * Creates a file in the folder of `path` and removes it again.
 * @throws a system error when the folder takes no files
 */
export function tryFolderOf(path: string): void {
  const temporary = pathBeside(path);
  closeSync(openSync(temporary, "wx", 0o600));
  rmSync(temporary, { force: true });
}
