import { EPOLLOUT } from "../../lib/posix/epoll.ts";
import type { EpollLoop, Watcher } from "../../lib/loop/epoll-loop.ts";
import { startConnect, startUnixConnect } from "../../lib/posix/connect.ts";
import { closeDescriptor, isConnected } from "../../lib/posix/libc.ts";
import { setNoDelay, takeError } from "../../lib/posix/socket.ts";
import { StreamSocket } from "../../lib/loop/stream-socket.ts";
import type { Address, Channel, ChannelEvents, Connect, SocketSettings } from "./channel.ts";

/** A connection on a descriptor of our own, from when it is dialled. */
class EpollChannel implements Channel, Watcher {
  readonly session = undefined;
  readonly #loop: EpollLoop;
  readonly #fd: number;
  readonly #events: ChannelEvents;
  readonly #settings: SocketSettings;
  readonly #id: number;
  #stream: StreamSocket | undefined;
  #isGivenUp = false;

  constructor(loop: EpollLoop, fd: number, settings: SocketSettings, events: ChannelEvents) {
    this.#loop = loop;
    this.#fd = fd;
    this.#settings = settings;
    this.#events = events;
    this.#id = loop.watch(fd, EPOLLOUT, this);
  }

  get fd(): number | undefined {
    return this.#stream?.isOpen ? this.#fd : undefined;
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    return this.#stream ? this.#stream.write(bytes, offset, length) : -1;
  }

  shutdown(): void {
    this.#stream?.shutdown();
  }

  close(): void {
    if (this.#stream) this.#stream.terminate();
    // A connection that the server may have taken already, and we not yet, is no broken one.
    else this.#giveUp(undefined);
  }

  /** The connect is over. */
  ready(): void {
    const code = takeError(this.#fd);
    if (code !== undefined) return this.#giveUp(code);
    if (this.#settings.noDelay) setNoDelay(this.#fd, true);
    this.#stream = new StreamSocket(this.#loop, this.#fd, this.#events, this.#id);
    this.#events.opened(this);
  }

  #giveUp(code: string | undefined): void {
    if (this.#isGivenUp) return;
    this.#isGivenUp = true;
    this.#loop.unwatch(this.#fd, this.#id);
    closeDescriptor(this.#fd);
    this.#events.closed(code);
  }
}

/** Connects on descriptors that a loop of our own watches. @see Connect */
export const epollConnect =
  (loop: EpollLoop): Connect =>
  (address: Address, settings: SocketSettings, events: ChannelEvents) => {
    const start =
      address.family === "unix"
        ? startUnixConnect(address.address, settings)
        : startConnect(address.address, address.port, settings);
    if (start.kind === "failed") {
      loop.soon(() => events.closed(start.code));
      return () => {};
    }
    const channel = new EpollChannel(loop, start.fd, settings, events);
    // On this machine it stands at once, and should not wait for its turn behind others that are dialled.
    if (isConnected(start.fd)) channel.ready();
    return () => channel.close();
  };
