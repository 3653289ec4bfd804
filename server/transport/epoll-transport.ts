import { lookup } from "node:dns/promises";
import { formatEndpoint } from "../../lib/address/address.ts";
import { noEvents } from "../../lib/loop/channel.ts";
import type { EpollLoop, Watcher } from "../../lib/loop/epoll-loop.ts";
import { StreamSocket } from "../../lib/loop/stream-socket.ts";
import { EPOLLIN } from "../../lib/posix/epoll.ts";
import { SocketListener } from "../../lib/posix/listener.ts";
import { grantedSocket, protocolOf } from "../../lib/posix/socket-options.ts";
import { setKeepAlive, setNoDelay } from "../../lib/posix/socket.ts";
import { BufferPool } from "./buffer-pool.ts";
import { collectWhenIdle } from "./idle-collector.ts";
import { removeStaleSocket, SocketFile } from "./socket-file.ts";
import { endpointOf, type ListenTarget } from "./listen-error.ts";
import { requestListenerOptions } from "./listener-options.ts";
import type { Accept, Listener, SocketSettings, Transport } from "./transport.ts";

/** Connections that are accepted before others are served again. */
const MAX_ACCEPTS_PER_TURN = 64;

/** The pause before the next accept when the system has no descriptors left. */
const OUT_OF_DESCRIPTORS_MS = 10;

/** Errors of `accept` that concern only the one connection, which is gone. */
const errorsOfOneConnection = new Set([
  ...["ECONNABORTED", "EPROTO", "EPERM", "EINTR", "ENETDOWN", "EHOSTDOWN", "ENETUNREACH"],
]);

/** Accepts connections while there are descriptors for them. */
class Acceptor implements Watcher {
  readonly #loop: EpollLoop;
  readonly #listener: SocketListener;
  readonly #accept: Accept;
  readonly #id: number;
  #isOpen = true;
  #cancelPause = (): void => {};

  constructor(loop: EpollLoop, listener: SocketListener, accept: Accept) {
    this.#loop = loop;
    this.#listener = listener;
    this.#accept = accept;
    this.#id = loop.watch(listener.fd, EPOLLIN, this);
  }

  ready(): void {
    for (let i = 0; i < MAX_ACCEPTS_PER_TURN && this.#isOpen; i++) {
      const accepted = this.#listener.accept();
      if (typeof accepted === "object") this.#open(accepted);
      else if (accepted === "EAGAIN") return;
      else if (!errorsOfOneConnection.has(accepted)) return this.#pause();
    }
  }

  #open({ fd, ...remote }: { fd: number; host: string | undefined; port: number }): void {
    const socket = new StreamSocket(this.#loop, fd, noEvents);
    const events = this.#accept(socket, remote);
    if (!events) return socket.close();
    socket.attach(events);
    events.opened(socket);
  }

  /** epoll reports waiting connections again and again, so the listener is not watched during the pause. */
  #pause(): void {
    this.#loop.change(this.#listener.fd, 0, this.#id);
    this.#cancelPause = this.#loop.after(OUT_OF_DESCRIPTORS_MS, () => {
      this.#loop.change(this.#listener.fd, EPOLLIN, this.#id);
    });
  }

  stop(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#cancelPause();
    this.#loop.unwatch(this.#listener.fd, this.#id);
    this.#listener.close();
  }
}

async function bind(
  target: ListenTarget,
  settings: SocketSettings,
): Promise<{ endpoint: string; listener: SocketListener }> {
  const { backlog, noDelay, keepaliveMs, sharesPort } = settings;
  const prepare = (fd: number): void => {
    requestListenerOptions(fd, target, settings);
    if (target.kind === "unix") return;
    setNoDelay(fd, noDelay);
    if (keepaliveMs > 0) setKeepAlive(fd, keepaliveMs);
  };
  if (target.passed) {
    return { endpoint: endpointOf(target), listener: SocketListener.adopt(target.passed.fd, backlog, prepare) };
  }
  if (target.kind === "unix") {
    await removeStaleSocket(target.path);
    return { endpoint: target.path, listener: SocketListener.unix(target.path, backlog, prepare) };
  }
  const { address } = await lookup(target.host);
  const listener = SocketListener.tcp(address, target.port, backlog, sharesPort, prepare, protocolOf(settings.options));
  return { endpoint: formatEndpoint(address, listener.port), listener };
}

/** Sockets on our own descriptors, served by an epoll loop; without TLS. */
export const createEpollTransport = (loop: EpollLoop): Transport => ({
  timers: loop,
  store: new BufferPool(loop),
  async listen(target, settings, accept): Promise<Listener> {
    const { endpoint, listener } = await bind(target, settings);
    const acceptor = new Acceptor(loop, listener, accept);
    const endCollecting = collectWhenIdle(loop, () => loop.served);
    const file = target.kind === "unix" && !target.passed ? new SocketFile(target.path) : undefined;
    const stop = (): void => {
      acceptor.stop();
      endCollecting();
      file?.remove();
    };
    return { endpoint, granted: grantedSocket(listener.fd, settings.options), fd: listener.fd, stop };
  },
});
