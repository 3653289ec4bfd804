import { messages } from "../../lib/cli/command.ts";
import { messageOf, systemErrorCode } from "../../lib/errors.ts";

const reasons: Record<string, string> = {
  ENOSPC: "no space left",
  EPIPE: "its reader is gone",
};

/** Standard output as the place of the log. What cannot be written is lost; an error message says so once. */
export class StandardOutput {
  #hasFailed = false;

  constructor() {
    // The callback of the write has the same error. Without a listener it would end the program.
    process.stdout.on("error", () => {});
  }

  get columns(): number {
    return process.stdout.columns;
  }

  /** Settles with whether the text was written. */
  write(text: string): Promise<boolean> {
    return new Promise((settle) => {
      process.stdout.write(text, (error) => {
        if (error) this.#fail(error);
        settle(!error);
      });
    });
  }

  #fail(error: Error): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const reason = reasons[systemErrorCode(error) ?? ""] ?? messageOf(error);
    messages.error(`standard output cannot be written: ${reason}; lines of the log are lost`);
  }
}
