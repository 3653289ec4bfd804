import { systemErrorCode } from "../../lib/errors.ts";
import { spellOut, systemErrorPhrase, tlsErrorName } from "../../lib/error-names.ts";
import { type ListenerRange, steerTo, steerToAll } from "../../lib/posix/reuseport-steering.ts";
import { findTransform, type TransformName } from "../../lib/transforms/transforms.ts";
import { type AddressRange, createAllowList } from "./allow-list.ts";
import { errorCount, rejectCount, type RejectReason } from "../telemetry/counters.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import { listen } from "../transport/listen.ts";
import type { Log } from "../log/log.ts";
import { type Origin, originOf, Peer } from "./peer.ts";
import type { ConnectionLimit } from "./connection-limit.ts";
import { Shutdown } from "./shutdown.ts";
import type { Tally } from "../telemetry/tally.ts";
import { repeat } from "../../lib/timers.ts";
import type { Listener, ListenSettings, PeerHandler, PeerSocket, Transport } from "../transport/transport.ts";
import { leftEarly, tlsRefusal } from "../tls/tls-refusal.ts";

/** How often idle connections are looked for; a timeout is late by at most twice this. */
const SWEEP_MS = 200;

/** How the server treats its peers, in a form that can be sent to another process. Times in ms; undefined is never. */
export interface ServerSettings {
  readonly listening: ListenSettings;
  readonly bufferBytes: number;
  readonly idleTimeoutMs: number | undefined;
  readonly handshakeTimeoutMs: number;
  readonly allow: readonly AddressRange[];
  /** what becomes of the bytes on their way back */
  readonly transform: TransformName;
}

/** Who is told what the server does. */
export interface ServerContext {
  readonly log: Log;
  readonly tally: Tally;
  readonly places: ConnectionLimit;
  readonly transport: Transport;
}

/** An echo server: accepts peers, echoes, and says what happens. */
export class EchoServer {
  readonly #settings: ServerSettings;
  readonly #context: ServerContext;
  readonly #isAllowed: (address: string | undefined) => boolean;
  readonly #handler: PeerHandler;
  readonly #sockets = new Set<PeerSocket>();
  #identity: ServerIdentity | undefined;
  #listener: Listener | undefined;
  /** the listener of a former certificate, for connects that had begun before the new one */
  #previous: Listener | undefined;
  #endSweep = (): void => {};
  #shutdown: Shutdown | undefined;
  #arrivals = 0;

  private constructor(settings: ServerSettings, context: ServerContext) {
    this.#settings = settings;
    this.#context = context;
    this.#identity = settings.listening.identity;
    this.#isAllowed = createAllowList(settings.allow);
    this.#handler = this.#createHandler();
  }

  /** @throws UnreachableError when it cannot listen */
  static async start(
    settings: ServerSettings,
    context: ServerContext,
  ): Promise<{ server: EchoServer; listener: Listener }> {
    const server = new EchoServer(settings, context);
    const listener = await listen(context.transport, settings.listening, server.#handler);
    server.#listener = listener;
    const { idleTimeoutMs, handshakeTimeoutMs, listening } = settings;
    const shortestMs = Math.min(idleTimeoutMs ?? Infinity, listening.identity ? handshakeTimeoutMs : Infinity);
    if (shortestMs < Infinity) {
      const periodMs = Math.min(SWEEP_MS, shortestMs / 4);
      server.#endSweep = repeat(context.transport.timers, periodMs, () => server.#closeIdle());
    }
    return { server, listener };
  }

  /** Those who are connected. */
  *peers(): Iterable<Peer> {
    for (const { data } of this.#sockets) if (data?.stage === "connected") yield data;
  }

  /**
   * Listens a second time, with another certificate; the port has to be one that it shares. The first listener goes on
   * until `retire`.
   * @throws UnreachableError when it cannot, and goes on as before
   */
  async listenAnew(identity: ServerIdentity): Promise<void> {
    const next = await listen(this.#context.transport, { ...this.#settings.listening, identity }, this.#handler);
    this.#previous = this.#listener;
    this.#listener = next;
    this.#identity = identity;
  }

  /** Has new connections go to some of the port's listeners only, or to all again. */
  steer(range: ListenerRange | undefined): void {
    const fd = this.#listener?.fd;
    if (fd === undefined) return;
    if (range) steerTo(fd, range);
    else steerToAll(fd);
  }

  /** Ends the listener from before `listenAnew`. */
  retire(): void {
    this.#previous?.stop();
    this.#previous = undefined;
  }

  /**
   * Accepts no more, sends what is unsent, then FIN to everyone.
   * @param graceMs how long unsent echoes may take
   * @param force cuts the wait short
   * @returns how many connections were cut with echoes unsent
   */
  async stop(graceMs: number, force: AbortSignal): Promise<number> {
    this.#listener?.stop();
    this.#previous?.stop();
    this.#endSweep();
    for (const socket of [...this.#sockets]) this.#dropHandshake(socket);
    this.#shutdown = new Shutdown(this.#sockets, this.#context.transport.timers);
    return this.#shutdown.run(graceMs, force);
  }

  #createHandler(): PeerHandler {
    const { log, tally } = this.#context;
    const transform = findTransform(this.#settings.transform);
    return {
      open: (socket) => this.#open(socket),
      handshake: (socket, isDone, error) => this.#shookHands(socket, isDone, error),
      data(socket, bytes, offset, length) {
        const peer = socket.data;
        if (!peer) return;
        const { echo } = peer;
        const txBefore = echo.txBytes;
        transform?.(bytes.subarray(offset, offset + length));
        echo.received(bytes, offset, length);
        const txBytes = echo.txBytes - txBefore;
        tally.moved(length, txBytes);
        if (log.isVerbose) log.event({ kind: "DATA", client: peer.name, rxBytes: length, txBytes });
      },
      unsent(socket, bytes, offset, length) {
        socket.data?.echo.unsent(bytes, offset, length);
        tally.moved(0, -length);
      },
      refused: (socket) => socket.data?.echo.refused(),
      drain: (socket) => {
        const peer = socket.data;
        if (!peer) return;
        const txBefore = peer.echo.txBytes;
        peer.echo.writable();
        const txBytes = peer.echo.txBytes - txBefore;
        tally.moved(0, txBytes);
        if (log.isVerbose && txBytes > 0) log.event({ kind: "DATA", client: peer.name, rxBytes: 0, txBytes });
        this.#shutdown?.progress();
      },
      end: (socket) => socket.data?.echo.ended(),
      error: (socket, error) => {
        if (socket.data) socket.data.tlsFailure ??= spellOut(tlsErrorName(error));
      },
      close: (socket, error) => this.#closed(socket, error),
    };
  }

  #reject(client: string, reason: RejectReason, message: string): void {
    this.#context.tally.add(rejectCount(reason));
    this.#context.log.event({ kind: "REJECT", client, reason: message });
  }

  /** Ends a connection whose handshake is not over. */
  #dropHandshake(socket: PeerSocket): void {
    if (socket.data?.stage !== "shakingHands") return;
    socket.data.stage = "refused";
    socket.terminate();
  }

  /** Whether the peer may stay; if so, it has taken a place. */
  #isWelcome(origin: Origin): boolean {
    const { places } = this.#context;
    if (!this.#isAllowed(origin.address)) {
      this.#reject(origin.name, "address", "not in the allow list");
      return false;
    }
    const limit = places.take();
    if (limit !== undefined) this.#reject(origin.name, "limit", `limit of ${limit} connections reached`);
    return limit === undefined;
  }

  #open(socket: PeerSocket): void {
    const { bufferBytes, listening } = this.#settings;
    const { store } = this.#context.transport;
    const origin = originOf(socket, listening.target.kind, ++this.#arrivals);
    if (!this.#isWelcome(origin)) return void socket.end();
    const speaksTls = this.#identity !== undefined;
    const peer = new Peer(socket, { name: origin.name, bufferBytes, nowMs: performance.now(), speaksTls, store });
    socket.data = peer;
    this.#sockets.add(socket);
    if (!speaksTls) this.#connected(peer);
  }

  #shookHands(socket: PeerSocket, isDone: boolean, error: Error | null): void {
    const peer = socket.data;
    if (peer?.stage !== "shakingHands") return;
    const refusal = tlsRefusal(isDone, error, this.#identity?.ca !== undefined);
    if (refusal) {
      peer.stage = "refused";
      this.#reject(peer.name, "tls", refusal);
      return void socket.end();
    }
    peer.admit(performance.now());
    this.#connected(peer);
  }

  #connected(peer: Peer): void {
    const { log, tally, places } = this.#context;
    tally.add("connections");
    tally.set("peak", Math.max(tally.get("peak"), places.taken));
    log.event({ kind: "CONNECT", client: peer.name });
  }

  #closed(socket: PeerSocket, error: Error | undefined): void {
    const peer = socket.data;
    if (!peer || !this.#sockets.delete(socket)) return;
    this.#context.places.release();
    peer.echo.closed();
    if (peer.stage === "connected") this.#parted(peer, error);
    // Of a reset this early Bun tells nothing but the end.
    else if (peer.stage === "shakingHands") this.#reject(peer.name, "tls", leftEarly);
    this.#shutdown?.progress();
  }

  /** A peer that was connected is gone. */
  #parted(peer: Peer, error: Error | undefined): void {
    const { log, tally } = this.#context;
    if (error || peer.echo.isBroken || peer.tlsFailure) {
      const code = systemErrorCode(error) ?? "ECONNRESET";
      tally.add(errorCount(code, peer.tlsFailure !== undefined));
      const message = peer.tlsFailure ? `TLS: ${peer.tlsFailure}` : systemErrorPhrase(code);
      log.event({ kind: "ERROR", client: peer.name, message });
    }
    log.event(peer.farewell(performance.now()));
  }

  #closeIdle(): void {
    const { idleTimeoutMs = Infinity, handshakeTimeoutMs } = this.#settings;
    const nowMs = performance.now();
    for (const socket of [...this.#sockets]) {
      const peer = socket.data;
      if (!peer) continue;
      const idleMs = peer.idleMs(nowMs);
      if (peer.stage === "shakingHands" && idleMs >= handshakeTimeoutMs) {
        this.#reject(peer.name, "tls", "the TLS handshake was not over in time");
        this.#dropHandshake(socket);
      } else if (peer.stage === "connected" && idleMs >= idleTimeoutMs) {
        this.#context.tally.add("timedOut");
        this.#context.log.event({ kind: "TIMEOUT", client: peer.name, idleMs });
        socket.end();
      }
    }
  }
}
