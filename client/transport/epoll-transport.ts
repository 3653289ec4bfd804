import type { ChannelEvents } from "../../lib/loop/channel.ts";
import type { EpollLoop, Watcher } from "../../lib/loop/epoll-loop.ts";
import { StreamSocket } from "../../lib/loop/stream-socket.ts";
import { startConnect, startUnixConnect } from "../../lib/posix/connect.ts";
import { EPOLLOUT } from "../../lib/posix/epoll.ts";
import { closeDescriptor, isConnected } from "../../lib/posix/libc.ts";
import { setNoDelay, takeError } from "../../lib/posix/socket.ts";
import type { Address, SocketSettings, Transport } from "./transport.ts";

/** A connect under way. Once it is done, a `StreamSocket` takes over. */
class PendingConnect implements Watcher {
  readonly #loop: EpollLoop;
  readonly #fd: number;
  readonly #events: ChannelEvents;
  readonly #noDelay: boolean;
  readonly #id: number;
  #outcome: StreamSocket | "failed" | undefined;

  constructor(loop: EpollLoop, fd: number, { noDelay }: SocketSettings, events: ChannelEvents) {
    this.#loop = loop;
    this.#fd = fd;
    this.#noDelay = noDelay;
    this.#events = events;
    this.#id = loop.watch(fd, EPOLLOUT, this);
  }

  ready(): void {
    const code = takeError(this.#fd);
    if (code !== undefined) return this.#fail(code);
    if (this.#noDelay) setNoDelay(this.#fd, true);
    this.#outcome = new StreamSocket(this.#loop, this.#fd, this.#events, this.#id);
    this.#events.opened(this.#outcome);
  }

  abort(): void {
    if (this.#outcome instanceof StreamSocket) this.#outcome.abort();
    // Not a broken connection: the server may have accepted it before we know that it is established.
    else this.#fail(undefined);
  }

  #fail(code: string | undefined): void {
    if (this.#outcome) return;
    this.#outcome = "failed";
    this.#loop.unwatch(this.#fd, this.#id);
    closeDescriptor(this.#fd);
    // Later, because whoever connects may not have its connection yet.
    this.#loop.soon(() => this.#events.closed(code));
  }
}

/** Connections on our own descriptors, which an epoll loop serves; without TLS. */
export const createEpollTransport = (loop: EpollLoop): Transport => ({
  loop,
  connect(address: Address, settings: SocketSettings, events: ChannelEvents) {
    const start =
      address.family === "unix"
        ? startUnixConnect(address.address, settings)
        : startConnect(address.address, address.port, settings);
    if (start.kind === "failed") {
      loop.soon(() => events.closed(start.code));
      return () => {};
    }
    const connect = new PendingConnect(loop, start.fd, settings, events);
    // On this machine it is established at once, and should not wait behind other connects.
    if (isConnected(start.fd)) connect.ready();
    return () => connect.abort();
  },
});
