import { messages } from "../../lib/cli/command.ts";
import { messageOf, systemErrorCode } from "../../lib/errors.ts";

/**
 * Standard output as the place of the log. What cannot be written is lost; an error message says so once. A reader that
 * closes the pipe early, as `head` does, ends the log and is no error.
 */
export class StandardOutput {
  #hasFailed = false;

  constructor() {
    // The callback of the write has the same error. Without a listener it would end the program.
    process.stdout.on("error", () => {});
  }

  get columns(): number {
    return process.stdout.columns;
  }

  /** Settles with whether the text was written, or nobody wants to read it. */
  write(text: string): Promise<boolean> {
    return new Promise((settle) => {
      process.stdout.write(text, (error) => {
        const isLost = error && systemErrorCode(error) !== "EPIPE";
        if (isLost) this.#fail(error);
        settle(!isLost);
      });
    });
  }

  #fail(error: Error): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const reason = systemErrorCode(error) === "ENOSPC" ? "no space left" : messageOf(error);
    messages.error(`standard output cannot be written: ${reason}; lines of the log are lost`);
  }
}
