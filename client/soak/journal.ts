import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { messageOf, UsageError } from "../../lib/errors.ts";
import { type SoakEvent, soakEventSchema } from "./events.ts";

/** Appends events to a file, each in one write, so that whatever ends the program loses at most a part of the last. */
export class Journal implements Disposable {
  readonly #fd: number;
  readonly #onProblem: (problem: string) => void;
  #isBroken = false;

  /**
   * @param onProblem told, once, why the file can take no more; what happens then is not kept
   * @throws UsageError when the file cannot be written
   */
  constructor(file: string, onProblem: (problem: string) => void) {
    this.#onProblem = onProblem;
    try {
      this.#fd = openSync(file, "a");
      // What ended the last session may have left a line without its end.
      writeSync(this.#fd, "\n");
    } catch (error) {
      throw new UsageError(`--journal "${file}": cannot be written: ${messageOf(error)}`);
    }
  }

  write(event: SoakEvent): void {
    if (this.#isBroken) return;
    try {
      writeSync(this.#fd, `${JSON.stringify(event)}\n`);
    } catch (error) {
      this.#isBroken = true;
      this.#onProblem(messageOf(error));
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

const PIECE_BYTES = 64 * 1024;

/** The lines of a file, without ever holding more than a piece of it. */
function* linesOf(fd: number): Generator<string> {
  const piece = Buffer.alloc(PIECE_BYTES);
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const length = readSync(fd, piece);
    const lines = (rest + decoder.decode(piece.subarray(0, length), { stream: length > 0 })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
    if (length === 0) return yield rest;
  }
}

function parseLine(line: string): SoakEvent | undefined {
  try {
    return soakEventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/**
 * Reads a journal again.
 * @param see is given every event in its order
 * @returns lines that could not be read, such as the one that was being written when the power failed
 * @throws UsageError when the file cannot be read or is no journal
 */
export function readJournal(file: string, see: (event: SoakEvent) => void): number {
  let fd: number;
  try {
    fd = openSync(file, "r");
  } catch (error) {
    throw new UsageError(`--resume-report "${file}": cannot be read: ${messageOf(error)}`);
  }
  try {
    let hasStarted = false;
    let lost = 0;
    for (const line of linesOf(fd)) {
      if (line === "") continue;
      const event = parseLine(line);
      if (!event) lost++;
      else if (!hasStarted && event.kind !== "start") break;
      else {
        hasStarted = true;
        see(event);
      }
    }
    if (!hasStarted) throw new UsageError(`--resume-report "${file}": expected a journal that --journal wrote`);
    return lost;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--resume-report "${file}": cannot be read: ${messageOf(error)}`);
  } finally {
    closeSync(fd);
  }
}
