import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const PIECE_BYTES = 64 * 1024;

/**
 * Reads a file to its end. The size that the system tells only says how much to ask for first: it is 0 in /proc and for a
 * pipe, and wrong for a file that grows or is cut short meanwhile.
 * @param maxBytes what is longer, such as a device that never ends, is refused
 * @throws the system's error, or a RangeError when it is longer
 */
export function readWholeFile(path: string, maxBytes: number): Buffer {
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
      if (total > maxBytes) throw new RangeError(`it has more than ${maxBytes} bytes`);
      asked = PIECE_BYTES;
    }
  } finally {
    closeSync(fd);
  }
}
