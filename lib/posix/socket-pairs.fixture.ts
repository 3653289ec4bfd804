import { dial } from "./dial.ts";
import { SocketListener } from "./listener.ts";
import { closeSocket } from "./socket.ts";

/** Connected sockets by their descriptors: the one that dialled, and the one that was accepted. */
export interface SocketPairs extends Disposable {
  readonly all: ReadonlyArray<readonly [dialled: number, accepted: number]>;
  /** Somebody else closes it, or has done so: its number may be another's by then. */
  release(fd: number): void;
}

/** Connects so many pairs over loopback, which are closed in the end. */
export function connectedPairs(count: number): SocketPairs {
  const listener = SocketListener.tcp("127.0.0.1", 0, 16, false, () => {});
  const all = Array.from({ length: count }, () => {
    const dialled = dial("127.0.0.1", listener.port, { sndbufBytes: undefined, rcvbufBytes: undefined });
    const accepted = listener.accept();
    if (dialled.kind === "failed" || typeof accepted === "string") throw new Error("loopback does not connect");
    return [dialled.fd, accepted.fd] as const;
  });
  listener.close();
  const open = new Set(all.flat());
  return {
    all,
    release: (fd) => void open.delete(fd),
    [Symbol.dispose]: () => open.forEach(closeSocket),
  };
}
