import { startConnect } from "./connect.ts";
import { closeDescriptor } from "./libc.ts";
import { SocketListener } from "./listener.ts";

/** Descriptors of connected sockets: the end that connected and the end that was accepted. */
export interface SocketPairs extends Disposable {
  readonly all: ReadonlyArray<readonly [connected: number, accepted: number]>;
  /** Leaves closing a descriptor to the caller, since its number may be reused after that. */
  release(fd: number): void;
}

/** Connects pairs over loopback; disposing closes them. */
export function connectedPairs(count: number): SocketPairs {
  const listener = SocketListener.tcp("127.0.0.1", 0, 16, false, () => {});
  const all = Array.from({ length: count }, () => {
    const connecting = startConnect("127.0.0.1", listener.port, { sndbufBytes: undefined, rcvbufBytes: undefined });
    const accepted = listener.accept();
    if (connecting.kind === "failed" || typeof accepted === "string") throw new Error("loopback does not connect");
    return [connecting.fd, accepted.fd] as const;
  });
  listener.close();
  const open = new Set(all.flat());
  return {
    all,
    release: (fd) => void open.delete(fd),
    [Symbol.dispose]: () => open.forEach(closeDescriptor),
  };
}
