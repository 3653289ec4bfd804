import { type FileHandle, open } from "node:fs/promises";
import { messages } from "../../lib/cli/command.ts";
import { messageOf, systemErrorCode } from "../../lib/errors.ts";
import { checkOutput } from "../../lib/cli/output.ts";

/** A file that the log is appended to, and that may be moved away and opened anew meanwhile. */
export class LogFile {
  readonly #path: string;
  #handle: FileHandle;
  #writing: Promise<void> = Promise.resolve();
  #isFailing = false;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** @throws UsageError when it cannot be written */
  static async open(path: string): Promise<LogFile> {
    checkOutput("--log-file", path);
    return new LogFile(path, await open(path, "a"));
  }

  /** Appends text. What cannot be written is lost; that is said once, until it works again. */
  write(text: string): Promise<void> {
    this.#writing = this.#append(text);
    return this.#writing;
  }

  /** Goes on in a file of the same name, which is a new one when the old one was moved away. */
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
