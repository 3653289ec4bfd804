import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { systemErrorCode, ValueError } from "../errors.ts";
import { within } from "../timers.ts";
import { formatDuration, formatSize } from "../text/format-units.ts";

const PIECE_BYTES = 64 * 1024;

/** Reads a file to its end. @throws an error when it cannot, or when it is longer than this */
export type ReadFile = (path: string, maxBytes: number) => Buffer;

/**
 * Reads a file to its end. The size that the system tells only says how much to ask for first: it is 0 in /proc and for a
 * pipe, and wrong for a file that grows or is cut short meanwhile. It waits for a pipe, and keeps the thread: for input
 * that is read before signals are handled.
 * @param maxBytes what is longer, such as a device that never ends, is refused
 * @throws the system's error, or a RangeError when it is longer
 */
export const readWholeFile: ReadFile = (path, maxBytes) => {
  const fd = openSync(path, "r");
  try {
    const pieces: Buffer[] = [];
    let total = 0;
    let asked = Math.max(PIECE_BYTES, Math.min(fstatSync(fd).size, maxBytes) + 1);
    for (;;) {
      const piece = Buffer.allocUnsafe(asked);
      const length = readSync(fd, piece);
      if (length === 0) return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, total);
      pieces.push(piece.subarray(0, length));
      total += length;
      if (total > maxBytes) throw new RangeError(`it has more than ${formatSize(maxBytes)}`);
      asked = PIECE_BYTES;
    }
  } finally {
    closeSync(fd);
  }
};

/** How long a running program waits for a file: one on a network may never come. */
const FILE_MS = 5_000;

/** What opening a socket or a device that is not there fails with. */
const noFileCodes = new Set(["ENXIO", "ENODEV"]);

const noRegularFile = (): ValueError => new ValueError("expected a regular file, which can be read without waiting");

async function readRegular(path: string, maxBytes: number): Promise<Buffer> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  const found = await file.stat();
  if (!found.isFile()) throw noRegularFile();
  if (found.size > maxBytes) throw new RangeError(`it has more than ${formatSize(maxBytes)}`);
  return file.readFile();
}

/**
 * Reads a regular file while a program runs: in another thread and not for ever, so that neither a pipe nor a file server
 * that does not answer keeps it from its work and its signals.
 * @param maxBytes what is longer is refused
 * @param read reads the file; only tests pass another
 * @param limitMs how long it may take
 * @throws the system's error; RangeError when it is longer; ValueError when it is no regular file, or does not come in time
 */
export async function readRegularFile(
  path: string,
  maxBytes: number,
  read: (path: string, maxBytes: number) => Promise<Buffer> = readRegular,
  limitMs = FILE_MS,
): Promise<Buffer> {
  const reading = read(path, maxBytes).catch((error: unknown) => {
    throw noFileCodes.has(systemErrorCode(error) ?? "") ? noRegularFile() : error;
  });
  if (await within(reading, limitMs)) return reading;
  throw new ValueError(`it was not read within ${formatDuration(limitMs)}`);
}
