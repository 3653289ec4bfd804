import { type FileHandle, open } from "node:fs/promises";
import { messages } from "../../lib/cli/command.ts";
import { messageOf, systemErrorCode } from "../../lib/errors.ts";
import { checkOutput } from "../../lib/cli/output.ts";

/** A file that the log is appended to. Log rotation may move it away; then it has to be reopened. */
export class LogFile {
  readonly #path: string;
  #handle: FileHandle;
  #writing: Promise<void> = Promise.resolve();
  #isFailing = false;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** @throws UsageError when the file cannot be written */
  static async open(path: string): Promise<LogFile> {
    checkOutput("--log-file", path);
    return new LogFile(path, await open(path, "a"));
  }

  /** Appends text. Text that cannot be written is lost; an error message says so once until a write succeeds again. */
  write(text: string): Promise<void> {
    this.#writing = this.#append(text);
    return this.#writing;
  }

  /** Opens the path again, which creates a new file if the old one was moved away, and closes the old file. */
  async reopen(): Promise<void> {
    const previous = this.#handle;
    this.#handle = await open(this.#path, "a");
    await this.#writing;
    await previous.close();
  }

  async #append(text: string): Promise<void> {
    try {
      await this.#handle.appendFile(text);
      this.#isFailing = false;
    } catch (error) {
      if (this.#isFailing) return;
      this.#isFailing = true;
      const reason = systemErrorCode(error) === "ENOSPC" ? "no space left" : messageOf(error);
      messages.error(`--log-file "${this.#path}": ${reason}; lines are lost until it can be written`);
    }
  }
}
