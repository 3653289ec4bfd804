import { closeSync, constants, openSync, statSync } from "node:fs";
import { systemErrorCode } from "../errors.ts";
import { eventLoopTimers } from "../timers.ts";
import { descriptorOf, targetOf } from "./file-identity.ts";
import { replaceFile } from "./replace-file.ts";
import { writeSome } from "./write-some.ts";

const POLL_MS = 10;
/** Polls until a reader that takes nothing is given up: 5 s. */
const MOST_POLLS = 500;

const pause = (): Promise<void> => new Promise((resolve) => void eventLoopTimers.after(POLL_MS, () => resolve()));

async function writeStream(fd: number, text: string): Promise<void> {
  let rest: Uint8Array = Buffer.from(text);
  for (let polls = 0; rest.length > 0;) {
    const written = writeSome(fd, rest);
    rest = rest.subarray(written);
    polls = written > 0 ? 0 : polls + 1;
    if (polls > MOST_POLLS) throw new Error("its reader does not read");
    if (written === 0) await pause();
  }
}

/** Writes to a pipe, a device or an open descriptor, and waits for none of them without an end. */
async function writeSpecial(path: string, descriptor: number | undefined, text: string): Promise<void> {
  const isPipe = statSync(path).isFIFO();
  if (descriptor !== undefined && !isPipe) return writeStream(descriptor, text);
  // Without O_NONBLOCK, opening a pipe waits until somebody reads it.
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    await writeStream(fd, text);
  } catch (error) {
    // A reader may stop early, as that of standard output may.
    if (systemErrorCode(error) !== "EPIPE") throw error;
  } finally {
    closeSync(fd);
  }
}

/**
 * Writes a whole file. A regular file keeps its old content until the new one is complete; links stay, and lead to it.
 * @throws a system error when it cannot be written
 */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  const descriptor = descriptorOf(path);
  const found = statSync(path, { throwIfNoEntry: false });
  if (descriptor === undefined && (found === undefined || found.isFile())) {
    return replaceFile(targetOf(path), text, found);
  }
  return writeSpecial(path, descriptor, text);
}
