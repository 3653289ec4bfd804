import { linkSync, lstatSync, renameSync, rmSync, unlinkSync } from "node:fs";
import { systemErrorCode } from "../../lib/errors.ts";

/** Removes the socket file that a server which was killed left behind; a live server's file and any other file stay. */
export async function removeStaleSocket(path: string): Promise<void> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return;
  try {
    const socket = await Bun.connect({ unix: path, socket: { data() {} } });
    socket.end();
  } catch (error) {
    if (systemErrorCode(error) === "ECONNREFUSED") unlinkSync(path);
  }
}

/** What tells a file from a later one of the same path, whose inode number may be the same. */
function identityOf(path: string): string | undefined {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`;
}

/** The socket file that a listener has just bound. When it stops, another server may have bound the path. */
export class SocketFile {
  readonly #path: string;
  readonly #identity: string | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#identity = identityOf(path);
  }

  /** Removes the file, unless it is gone or another server's. */
  remove(): void {
    if (this.#identity !== undefined && identityOf(this.#path) === this.#identity) unlinkSync(this.#path);
  }

  /** Runs a stop that removes whatever file has the path. Another server's file is put back. */
  keepAnothers(stop: () => void): void {
    const present = identityOf(this.#path);
    if (present === undefined || present === this.#identity) return stop();
    const kept = `${this.#path}.${process.pid}`;
    linkSync(this.#path, kept);
    stop();
    renameSync(kept, this.#path);
    // Where the file was not removed after all, both names are still there: renaming one to the other does nothing.
    rmSync(kept, { force: true });
  }
}
