import { readSync } from "node:fs";
import { parseJson } from "../../lib/files/json.ts";
import { type SoakEvent, soakEventSchema } from "./events.ts";

const BUFFER_BYTES = 64 * 1024;

/** The lines of a file, read through a buffer. */
export function* linesOf(fd: number): Generator<string> {
  const buffer = Buffer.alloc(BUFFER_BYTES);
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const length = readSync(fd, buffer);
    const lines = (rest + decoder.decode(buffer.subarray(0, length), { stream: length > 0 })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
    if (length === 0) return yield rest;
  }
}

/** The event of a line; undefined when it has none, or was cut short. */
export function parseLine(line: string): SoakEvent | undefined {
  try {
    return soakEventSchema.safeParse(parseJson(line)).data;
  } catch {
    return undefined;
  }
}

const BEGIN = '{"kind":"start",';

function isWhole(line: string): boolean {
  try {
    parseJson(line);
    return true;
  } catch {
    return false;
  }
}

/** Whether a journal begins with this line, which is not empty. A power failure may have cut it short. */
export const beginsJournal = (line: string): boolean =>
  parseLine(line)?.kind === "start" || (line.startsWith(BEGIN) && !isWhole(line));
