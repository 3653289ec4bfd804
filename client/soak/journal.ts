import { closeSync, constants, openSync, statSync, writeSync } from "node:fs";
import { reasonOf } from "../../lib/process/output.ts";
import { unreadableReason } from "../../lib/files/unreadable-reason.ts";
import { RunFailedError, systemErrorCode, UsageError } from "../../lib/errors.ts";
import type { SoakEvent } from "./events.ts";
import { beginsJournal, linesOf, parseLine } from "./journal-lines.ts";

const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY } = constants;

/** A disk or a reader that takes nothing: the name of the file was right. */
const failures = new Set<unknown>(["ENOSPC", "EDQUOT", "EIO", "EAGAIN", "EPIPE"]);

/** Without O_NONBLOCK, opening a pipe waits until somebody reads it. */
const APPEND = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY;

/** Appends events to a file, each in one write, so that a crash loses at most part of the last one. */
export class Journal implements Disposable {
  readonly #fd: number;
  readonly #onProblem: (problem: string) => void;
  #isBroken = false;

  /**
   * @param onProblem called once, with the first write error; later events are not kept
   * @throws UsageError when the file cannot be written, RunFailedError when its disk or its reader takes nothing
   */
  constructor(file: string, onProblem: (problem: string) => void) {
    this.#onProblem = onProblem;
    try {
      this.#fd = openSync(file, APPEND);
      // A crash of the last session may have left an incomplete line.
      writeSync(this.#fd, "\n");
    } catch (error) {
      const message = `--journal "${file}": cannot be written: ${reasonOf(error)}`;
      throw failures.has(systemErrorCode(error)) ? new RunFailedError(message) : new UsageError(message);
    }
  }

  write(event: SoakEvent): void {
    if (this.#isBroken) return;
    try {
      writeSync(this.#fd, `${JSON.stringify(event)}\n`);
    } catch (error) {
      this.#isBroken = true;
      this.#onProblem(reasonOf(error));
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

/** Whether the file is empty or begins as a journal does. What is no regular file keeps nothing that could be ruined. */
function takesEvents(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size === 0) return true;
  const fd = openSync(file, "r");
  try {
    for (const line of linesOf(fd)) if (line !== "") return beginsJournal(line);
    return true;
  } finally {
    closeSync(fd);
  }
}

/**
 * Checks that events may be appended to a file; does not change it.
 * @throws UsageError when it is there and no journal
 */
export function checkJournal(file: string): void {
  let isSafe: boolean;
  try {
    isSafe = takesEvents(file);
  } catch (error) {
    throw new UsageError(`--journal "${file}": cannot be read: ${reasonOf(error)}`);
  }
  if (!isSafe) {
    throw new UsageError(`--journal "${file}": expected a new file or a journal; this is another file, left as it is`);
  }
}

/**
 * Reads a journal.
 * @param onEvent called with every event, in order
 * @returns how many lines could not be parsed, such as one that a power failure cut short
 * @throws UsageError when the file cannot be read or is not a journal
 */
export function readJournal(file: string, onEvent: (event: SoakEvent) => void): number {
  let fd: number;
  try {
    fd = openSync(file, "r");
  } catch (error) {
    throw new UsageError(`--resume-report "${file}": cannot be read: ${unreadableReason(error)}`);
  }
  try {
    let hasStarted = false;
    let lost = 0;
    for (const line of linesOf(fd)) {
      if (line === "") continue;
      const event = parseLine(line);
      if (lost === 0 && !hasStarted && !beginsJournal(line)) break;
      if (!event || !(hasStarted || event.kind === "start")) lost++;
      else {
        hasStarted = true;
        onEvent(event);
      }
    }
    if (!hasStarted) throw new UsageError(`--resume-report "${file}": expected a journal that --journal wrote`);
    return lost;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--resume-report "${file}": cannot be read: ${unreadableReason(error)}`);
  } finally {
    closeSync(fd);
  }
}
