import { writeSync } from "node:fs";
import { systemErrorCode } from "../errors.ts";

/**
 * Writes what a descriptor that does not wait takes.
 * @returns bytes, 0 when it takes nothing now
 * @throws a system error when it cannot be written
 */
export function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    if (systemErrorCode(error) === "EAGAIN") return 0;
    throw error;
  }
}
