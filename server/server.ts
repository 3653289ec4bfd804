import type { Socket, SocketHandler } from "bun";
import { systemErrorCode } from "../lib/errors.ts";
import { systemErrorPhrase } from "../lib/system-errors.ts";
import { createAllowList, type AddressRange } from "./allow-list.ts";
import { type Counters, createCounters } from "./counters.ts";
import { type Listener, listen, type ListenSettings } from "./listen.ts";
import type { Log } from "./log.ts";
import { type Origin, originOf, Peer } from "./peer.ts";
import { Shutdown } from "./shutdown.ts";

/** How often idle connections are looked for; an idle timeout is late by at most twice this. */
const SWEEP_MS = 200;

/** How the server treats its peers. Times in ms; undefined is never. */
export interface ServerSettings {
  readonly listening: ListenSettings;
  readonly bufferBytes: number;
  readonly noDelay: boolean;
  readonly keepaliveMs: number;
  readonly maxConnections: number;
  readonly idleTimeoutMs: number | undefined;
  readonly allow: readonly AddressRange[];
}

type PeerSocket = Socket<Peer | undefined>;

/** An echo server: accepts peers, echoes, and says what happens. */
export class EchoServer {
  readonly counters: Counters = createCounters();
  readonly #settings: ServerSettings;
  readonly #log: Log;
  readonly #isAllowed: (address: string | undefined) => boolean;
  readonly #sockets = new Set<PeerSocket>();
  #listener: Listener | undefined;
  #sweep: ReturnType<typeof setInterval> | undefined;
  #shutdown: Shutdown | undefined;

  private constructor(settings: ServerSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
    this.#isAllowed = createAllowList(settings.allow);
  }

  /** @throws UnreachableError when it cannot listen */
  static async start(settings: ServerSettings, log: Log): Promise<{ server: EchoServer; listener: Listener }> {
    const server = new EchoServer(settings, log);
    const listener = await listen(settings.listening, server.#handlers());
    server.#listener = listener;
    if (settings.idleTimeoutMs !== undefined) {
      server.#sweep = setInterval(() => server.#closeIdle(), Math.min(SWEEP_MS, settings.idleTimeoutMs / 4));
    }
    return { server, listener };
  }

  /**
   * Accepts no more, sends what is unsent, then FIN to everyone.
   * @param graceMs how long unsent echoes may take
   * @param force cuts the wait short
   * @returns how many connections were cut with echoes unsent
   */
  async stop(graceMs: number, force: AbortSignal): Promise<number> {
    this.#listener?.stop();
    clearInterval(this.#sweep);
    this.#shutdown = new Shutdown(this.#sockets);
    return this.#shutdown.run(graceMs, force);
  }

  #handlers(): SocketHandler<Peer | undefined> {
    const log = this.#log;
    const moved = (peer: Peer, rxBytes: number, txBefore: number): void => {
      log.event({ kind: "DATA", client: peer.name, rxBytes, txBytes: peer.echo.txBytes - txBefore });
    };
    return {
      open: (socket) => this.#open(socket),
      data(socket, chunk) {
        const peer = socket.data;
        if (!peer) return;
        const txBefore = peer.echo.txBytes;
        peer.echo.received(chunk);
        if (log.isVerbose) moved(peer, chunk.length, txBefore);
      },
      drain: (socket) => {
        const peer = socket.data;
        if (!peer) return;
        const txBefore = peer.echo.txBytes;
        peer.echo.writable();
        if (log.isVerbose && peer.echo.txBytes > txBefore) moved(peer, 0, txBefore);
        this.#shutdown?.progress();
      },
      end: (socket) => socket.data?.echo.ended(),
      close: (socket, error) => this.#closed(socket, error),
    };
  }

  #refusal(origin: Origin): string | undefined {
    if (!this.#isAllowed(origin.address)) return "not in the allow list";
    const { maxConnections } = this.#settings;
    return this.#sockets.size >= maxConnections ? `limit of ${maxConnections} connections reached` : undefined;
  }

  #open(socket: PeerSocket): void {
    const { counters } = this;
    const { kind } = this.#settings.listening.target;
    const origin = originOf(socket, kind, counters.connections + counters.rejected + 1);
    const reason = this.#refusal(origin);
    if (reason) {
      counters.rejected++;
      this.#log.event({ kind: "REJECT", client: origin.name, reason });
      socket.end();
      return;
    }
    const { bufferBytes, noDelay, keepaliveMs } = this.#settings;
    socket.data = new Peer(socket, origin.name, bufferBytes, performance.now());
    if (!noDelay) socket.setNoDelay(false);
    if (keepaliveMs > 0) socket.setKeepAlive(true, keepaliveMs);
    this.#sockets.add(socket);
    counters.connections++;
    counters.active++;
    counters.peak = Math.max(counters.peak, counters.active);
    this.#log.event({ kind: "CONNECT", client: origin.name });
  }

  #closed(socket: PeerSocket, error: Error | undefined): void {
    const peer = socket.data;
    if (!peer || !this.#sockets.delete(socket)) return;
    const { counters } = this;
    peer.echo.closed();
    counters.active--;
    counters.bytesIn += peer.echo.rxBytes;
    counters.bytesOut += peer.echo.txBytes;
    if (error || peer.echo.isBroken) {
      counters.errors++;
      const message = systemErrorPhrase(systemErrorCode(error) ?? "ECONNRESET");
      this.#log.event({ kind: "ERROR", client: peer.name, message });
    }
    this.#log.event(peer.farewell(performance.now()));
    this.#shutdown?.progress();
  }

  #closeIdle(): void {
    const timeoutMs = this.#settings.idleTimeoutMs ?? Number.POSITIVE_INFINITY;
    const nowMs = performance.now();
    for (const socket of this.#sockets) {
      const idleMs = socket.data?.idleMs(nowMs) ?? 0;
      if (!socket.data || idleMs < timeoutMs) continue;
      this.counters.timedOut++;
      this.#log.event({ kind: "TIMEOUT", client: socket.data.name, idleMs });
      socket.end();
    }
  }
}
