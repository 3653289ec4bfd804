import { removeFileIf, writeWholeFile } from "../lib/files/write-file.ts";
import { RunFailedError } from "../lib/errors.ts";
import { reasonOf } from "../lib/process/output.ts";
import type { ListeningView } from "./transport/listen.ts";

/** Whether a text is what `ReadyFile` writes. */
function isOurs(text: string): boolean {
  try {
    const { endpoint, pid } = JSON.parse(text) as { endpoint?: unknown; pid?: unknown };
    return typeof endpoint === "string" && typeof pid === "number";
  } catch {
    return false;
  }
}

/** The file that tells a script that clients can connect, and where. */
export class ReadyFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Removes that of an earlier server, which a script would take for this one's. Other content stays until there is
   * something to write. What cannot be read or removed is left to `write`, which says so if it fails too.
   */
  removeEarlier(): void {
    try {
      removeFileIf(this.#path, isOurs);
    } catch {
      return;
    }
  }

  /** @throws RunFailedError when it cannot be written */
  async write({ endpoints, services }: Pick<ListeningView, "endpoints" | "services">): Promise<void> {
    const [endpoint] = endpoints;
    const text = `${JSON.stringify({ endpoint, endpoints, ...services, pid: process.pid })}\n`;
    try {
      await writeWholeFile(this.#path, text);
    } catch (error) {
      throw new RunFailedError(`--ready-file "${this.#path}": cannot be written: ${reasonOf(error)}`);
    }
  }
}
