import { constants, type FileHandle, open } from "node:fs/promises";
import { messages } from "../../lib/cli/command.ts";
import { messageOf, systemErrorCode, UsageError } from "../../lib/errors.ts";
import { checkOutput } from "../../lib/process/output.ts";
import { eventLoopTimers } from "../../lib/timers.ts";

/** How long a write waits before it tries a full pipe again. */
const FULL_PIPE_MS = 50;

const LINE_BREAK = 10;

const reasons: Record<string, string> = {
  ENXIO: "it is a pipe that nobody reads",
  ENOSPC: "no space left",
  EPIPE: "the reader of this pipe is gone",
};

const reasonOf = (error: unknown): string => reasons[systemErrorCode(error) ?? ""] ?? messageOf(error);

/** Opens a file to append to it. Opening never waits for the reader of a pipe, and writing never for room in it. */
const openToAppend = (path: string): Promise<FileHandle> =>
  open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK | constants.O_NOCTTY);

/** A file that the log is appended to. Log rotation may move it away; then it has to be reopened. */
export class LogFile {
  readonly #path: string;
  #handle: FileHandle;
  #writing: Promise<unknown> = Promise.resolve();
  /** the write that the kernel is at */
  #underWay: Promise<unknown> = Promise.resolve();
  #isFailing = false;
  #endsLine = true;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** @throws UsageError when the file cannot be written */
  static async open(path: string): Promise<LogFile> {
    checkOutput("--log-file", path);
    try {
      return new LogFile(path, await openToAppend(path));
    } catch (error) {
      throw new UsageError(`--log-file "${path}": cannot be written: ${reasonOf(error)}`);
    }
  }

  /**
   * Appends text after all earlier text. What cannot be written is lost; an error message says so once until a write
   * succeeds again.
   * @returns whether it was written
   */
  write(text: string): Promise<boolean> {
    const written = this.#writing.then(() => this.#append(text));
    this.#writing = written;
    return written;
  }

  /**
   * Opens the path again, which creates a new file if the old one was moved away, and closes the old file.
   * @throws Error that says why it cannot
   */
  async reopen(): Promise<void> {
    const previous = this.#handle;
    try {
      this.#handle = await openToAppend(this.#path);
    } catch (error) {
      throw new Error(reasonOf(error), { cause: error });
    }
    this.#endsLine = true;
    await this.#underWay;
    await previous.close();
  }

  async #append(text: string): Promise<boolean> {
    try {
      // A disk that became full in the middle of a line must not join it with the next one.
      await this.#writeAll(Buffer.from(this.#endsLine ? text : `\n${text}`));
      this.#isFailing = false;
      return true;
    } catch (error) {
      if (!this.#isFailing) {
        messages.error(`--log-file "${this.#path}": ${reasonOf(error)}; lines are lost until it can be written`);
      }
      this.#isFailing = true;
      return false;
    }
  }

  async #writeAll(bytes: Buffer): Promise<void> {
    for (let offset = 0; offset < bytes.length;) {
      const written = await this.#writeSome(bytes, offset);
      offset += written;
      if (written > 0) this.#endsLine = bytes[offset - 1] === LINE_BREAK;
      else await new Promise<void>((resolve) => void eventLoopTimers.after(FULL_PIPE_MS, resolve));
    }
  }

  /** @returns bytes that were written, 0 when a pipe is full */
  async #writeSome(bytes: Buffer, offset: number): Promise<number> {
    const write = this.#handle.write(bytes, offset);
    this.#underWay = write.catch(() => {});
    try {
      return (await write).bytesWritten;
    } catch (error) {
      if (systemErrorCode(error) === "EAGAIN") return 0;
      throw error;
    }
  }
}
