import { closeSync, constants, openSync, readFileSync, rmSync, type Stats, statSync } from "node:fs";
import { isatty } from "node:tty";
import { systemErrorCode } from "../errors.ts";
import { sleep } from "../timers.ts";
import { descriptorOf, targetOf } from "./file-identity.ts";
import { replaceFile } from "./replace-file.ts";
import { reopenTerminal } from "./terminal.ts";
import { writeSome } from "./write-some.ts";

const POLL_MS = 10;
/** Polls until a reader that takes nothing is given up: 5 s. */
const MOST_POLLS = 500;

/** A larger file is none of those that are removed. */
const MOST_READ_BYTES = 64 * 1024;

async function writeStream(fd: number, text: string): Promise<void> {
  let rest: Uint8Array = Buffer.from(text);
  for (let polls = 0; rest.length > 0;) {
    const written = writeSome(fd, rest);
    rest = rest.subarray(written);
    polls = written > 0 ? 0 : polls + 1;
    if (polls > MOST_POLLS) throw new Error("its reader does not read");
    if (written === 0) await sleep(POLL_MS);
  }
}

/**
 * Opens a pipe or a device so that neither opening nor writing waits.
 * @returns undefined for a descriptor that can only be used as it is
 */
function openSpecial(path: string, descriptor: number | undefined): number | undefined {
  if (descriptor !== undefined && isatty(descriptor)) return reopenTerminal(descriptor);
  if (descriptor !== undefined && !statSync(path).isFIFO()) return undefined;
  return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
}

/** Writes to a pipe, a device or an open descriptor, and waits for none of them without an end. */
async function writeSpecial(path: string, descriptor: number | undefined, text: string): Promise<void> {
  const opened = openSpecial(path, descriptor);
  const fd = opened ?? descriptor;
  if (fd === undefined) return;
  try {
    await writeStream(fd, text);
  } catch (error) {
    // A reader may stop early, as that of standard output may.
    if (systemErrorCode(error) !== "EPIPE") throw error;
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

/** The regular file that a path leads to, and what is there now; undefined for anything else. */
function regularFile(path: string): { readonly target: string; readonly found: Stats | undefined } | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  const isRegular = descriptorOf(path) === undefined && (found === undefined || found.isFile());
  return isRegular ? { target: targetOf(path), found } : undefined;
}

/**
 * Removes a regular file of which the content tells that it may go.
 * @throws a system error when it cannot be read or removed
 */
export function removeFileIf(path: string, mayGo: (text: string) => boolean): void {
  const file = regularFile(path);
  if (file?.found && file.found.size <= MOST_READ_BYTES && mayGo(readFileSync(file.target, "utf8")))
    rmSync(file.target);
}

/**
 * Writes a whole file. A regular file keeps its old content until the new one is complete; links stay, and lead to it.
 * @throws a system error when it cannot be written
 */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  const file = regularFile(path);
  if (file) replaceFile(file.target, text, file.found);
  else await writeSpecial(path, descriptorOf(path), text);
}

/**
 * Writes a version of a regular file that another one soon replaces: at once, and without waiting for the disk.
 * @returns whether it was written; false for a pipe or a device, which keeps every version
 * @throws a system error when it cannot be written
 */
export function rewriteFile(path: string, text: string): boolean {
  const file = regularFile(path);
  if (file) replaceFile(file.target, text, file.found, false);
  return file !== undefined;
}
