import { lstatSync, unlinkSync } from "node:fs";
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
