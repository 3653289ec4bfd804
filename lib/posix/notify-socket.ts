import { ptr } from "bun:ffi";
import { unixAddress } from "./connect.ts";
import { AF_UNIX, MSG_DONTWAIT, MSG_NOSIGNAL, SOCK_CLOEXEC, SOCK_DGRAM } from "./constants.ts";
import { closeDescriptor, libc, libcAvailable } from "./libc.ts";

/**
 * Tells a service manager the state of this process, as sd_notify(3) does.
 * @param socket as NOTIFY_SOCKET has it: a path, or with an @ in front a name that is no file
 * @param state such as `READY=1`; several are separated by line breaks
 * @returns whether the manager got it
 */
export function notifyManager(socket: string, state: string): boolean {
  const address = libcAvailable ? unixAddress(socket.replace(/^@/, "\0")) : undefined;
  if (!address) return false;
  const fd = libc().socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bytes = Buffer.from(state);
  const isConnected = libc().connect(fd, ptr(address.bytes), address.length) === 0;
  const sent = isConnected ? libc().send(fd, ptr(bytes), bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL) : -1;
  closeDescriptor(fd);
  return sent === bytes.length;
}
