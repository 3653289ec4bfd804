import { EPOLLIN, EpollSet } from "./epoll.ts";
import { closeDescriptor } from "./libc.ts";
import type { SocketListener } from "./listener.ts";
import { pinnedBytes } from "./memory.ts";
import { receive, send, WOULD_BLOCK } from "./socket.ts";

const MAX_EVENTS = 64;
const READ_BYTES = 64 * 1024;
const LISTENER_ID = 0;

/** Sends all of it. @returns whether the peer took it before the time was over */
function sendAll(fd: number, bytes: Uint8Array, length: number, untilNs: number): boolean {
  for (let sent = 0; sent < length;) {
    const result = send(fd, bytes, sent, length - sent);
    if (result > 0) sent += result;
    else if (result !== WOULD_BLOCK || Bun.nanoseconds() > untilNs) return false;
  }
  return true;
}

/**
 * Echoes for the peers of a listener, on the calling thread, which does nothing else meanwhile: until all of them have
 * ended their connections, but not for longer than this.
 * @returns the bytes that were echoed
 */
export function echoFor(listener: SocketListener, forMs: number): number {
  const untilNs = Bun.nanoseconds() + forMs * 1e6;
  const set = new EpollSet(MAX_EVENTS);
  const bytes = pinnedBytes(READ_BYTES);
  const open = new Set<number>();
  let [accepted, echoed] = [0, 0];
  const close = (fd: number): void => {
    open.delete(fd);
    closeDescriptor(fd);
  };
  const accept = (): void => {
    for (let peer = listener.accept(); typeof peer !== "string"; peer = listener.accept()) {
      accepted++;
      open.add(peer.fd);
      set.add(peer.fd, EPOLLIN, peer.fd);
    }
  };
  set.add(listener.fd, EPOLLIN, LISTENER_ID);
  for (let leftNs = untilNs - Bun.nanoseconds(); leftNs > 0; leftNs = untilNs - Bun.nanoseconds()) {
    if (accepted > 0 && open.size === 0) break;
    const ready = set.wait(leftNs);
    for (let i = 0; i < ready; i++) {
      const fd = set.idAt(i);
      if (fd === LISTENER_ID) accept();
      else {
        const length = receive(fd, bytes, 0, bytes.length);
        if (length === WOULD_BLOCK) continue;
        if (length > 0 && sendAll(fd, bytes, length, untilNs)) echoed += length;
        else close(fd);
      }
    }
  }
  for (const fd of open) closeDescriptor(fd);
  set.close();
  return echoed;
}
