import { systemErrorPhrase } from "../../lib/error-names.ts";
import { type Channel, type ChannelEvents, tlsNameOf } from "../../lib/loop/channel.ts";
import { type ListenerRange, steerTo, steerToAll } from "../../lib/posix/reuseport-steering.ts";
import { repeat } from "../../lib/timers.ts";
import { spellOut } from "../../lib/error-names.ts";
import { slowedDown } from "../../lib/transforms/slow-down.ts";
import { findTransform, type TransformName } from "../../lib/transforms/transforms.ts";
import type { Log } from "../log/log.ts";
import { errorCount, rejectCount, type RejectReason } from "../telemetry/counters.ts";
import { ChargenConnection } from "../oneway/chargen-connection.ts";
import { DiscardConnection } from "../oneway/discard-connection.ts";
import type { OneWayContext } from "../oneway/oneway-context.ts";
import { PayloadCache } from "../oneway/payload-cache.ts";
import type { Tally } from "../telemetry/tally.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import { tlsRefusal } from "../tls/tls-refusal.ts";
import { listen, type Listening } from "../transport/listen.ts";
import type { ListenTarget, ServiceName } from "../transport/listen-error.ts";
import type { ListenSettings, RemoteAddress, Transport } from "../transport/transport.ts";
import { type AddressRange, createAllowList } from "./allow-list.ts";
import type { ConnectionLimit } from "./connection-limit.ts";
import { type EchoContext, EchoConnection } from "../echo/connection.ts";
import { DescriptorReserve } from "./descriptor-reserve.ts";
import { type Origin, originOf, type Peer } from "../peer/peer.ts";
import type { ConnectionOwner, ServedConnection } from "../peer/served-connection.ts";
import { Shutdown } from "./shutdown.ts";

/** How often idle connections are looked for; a timeout is late by at most twice this. */
const SWEEP_MS = 200;

/** How often the server looks whether it has descriptors left. */
const DESCRIPTORS_MS = 500;

/** How the server treats its peers, in a form that can be sent to another process. Times in ms; undefined is never. */
export interface ServerSettings {
  readonly listening: ListenSettings;
  readonly bufferBytes: number;
  readonly idleTimeoutMs: number | undefined;
  readonly handshakeTimeoutMs: number;
  readonly allow: readonly AddressRange[];
  /** how the bytes are changed on their way back */
  readonly transform: TransformName;
  /** nanoseconds of processor time wasted at every read, for `bench prove` */
  readonly busyNs?: number | undefined;
}

/** What the server works with. */
export interface ServerContext {
  readonly log: Log;
  readonly tally: Tally;
  readonly limit: ConnectionLimit;
  readonly transport: Transport;
}

/** How often a peer hears how many of its bytes were right. */
const REPORTS_MS = 50;

/** An echo server: accepts peers, echoes or serves one way, and logs and counts what happens. */
export class EchoServer implements ConnectionOwner {
  readonly #settings: ServerSettings;
  readonly #context: ServerContext;
  readonly #isAllowed: (address: string | undefined) => boolean;
  readonly #echo: EchoContext;
  readonly #oneWay: OneWayContext;
  readonly #connections = new Set<ServedConnection>();
  #listener: Listening | undefined;
  /** the listener with a former certificate, for connects that had begun before the new one */
  #previousListener: Listening | undefined;
  #endSweep = (): void => {};
  readonly #reserve = new DescriptorReserve();
  #endChecks = (): void => {};
  #endReports = (): void => {};
  #shutdown: Shutdown | undefined;
  #accepted = 0;

  private constructor(settings: ServerSettings, context: ServerContext) {
    const { tally, log, transport } = context;
    this.#settings = settings;
    this.#context = context;
    this.#isAllowed = createAllowList(settings.allow);
    const transform = findTransform(settings.transform);
    const shared = { store: transport.store, tally, log, owner: this, nowMs: () => performance.now() };
    this.#echo = {
      ...shared,
      bufferBytes: settings.bufferBytes,
      transform: settings.busyNs === undefined ? transform : slowedDown(transform, settings.busyNs),
    };
    const { timers } = transport;
    this.#oneWay = { ...shared, timers, payloads: new PayloadCache(shared.nowMs), reporting: new Set() };
  }

  /** @throws UnreachableError when it cannot listen */
  static async start(
    settings: ServerSettings,
    context: ServerContext,
  ): Promise<{ server: EchoServer; listener: Listening }> {
    const server = new EchoServer(settings, context);
    const listener = await listen(context.transport, settings.listening, server.#accept);
    server.#listener = listener;
    server.#endChecks = repeat(context.transport.timers, DESCRIPTORS_MS, () => server.#reserve.check());
    const { idleTimeoutMs, handshakeTimeoutMs, listening } = settings;
    if (listening.targets.some(({ service }) => service === "discard")) {
      server.#endReports = repeat(context.transport.timers, REPORTS_MS, () => server.#report());
    }
    const shortestMs = Math.min(idleTimeoutMs ?? Infinity, listening.identity ? handshakeTimeoutMs : Infinity);
    if (shortestMs < Infinity) {
      const periodMs = Math.min(SWEEP_MS, shortestMs / 4);
      server.#endSweep = repeat(context.transport.timers, periodMs, () => server.#closeIdle());
    }
    return { server, listener };
  }

  /** Those whose connection is established. */
  *peers(): Iterable<Peer> {
    for (const connection of this.#connections) if (!connection.isHandshaking) yield connection;
  }

  /**
   * Listens a second time on a shared port, with another certificate. The first listener goes on until `retire`. Of a passed
   * socket it ends at once: what waits to be accepted there stays in the socket, for the second one.
   * When the server is stopped meanwhile, it does not.
   * @throws UnreachableError when it cannot, and goes on as before
   */
  async listenAnew(identity: ServerIdentity): Promise<void> {
    if (this.#shutdown) return;
    const next = await listen(this.#context.transport, { ...this.#settings.listening, identity }, this.#accept);
    if (this.#shutdown) return next.stop();
    this.retire();
    this.#previousListener = this.#listener;
    this.#listener = next;
    if (!this.#settings.listening.sharesPort) this.retire();
  }

  /** Lets the kernel give new connections to some of the port's listeners only, or to all again. */
  steer(range: ListenerRange | undefined): void {
    if (!this.#settings.listening.sharesPort) return;
    for (const fd of this.#listener?.fds ?? []) {
      if (range) steerTo(fd, range);
      else steerToAll(fd);
    }
  }

  /** Stops the listener from before `listenAnew`. */
  retire(): void {
    this.#previousListener?.stop();
    this.#previousListener = undefined;
  }

  /**
   * Accepts no more, sends what is unsent, then FIN to everyone.
   * @param graceMs how long unsent echoes may take
   * @param force ends the wait at once
   * @returns how many connections were reset with echoes unsent
   */
  async stop(graceMs: number, force: AbortSignal): Promise<number> {
    this.#listener?.stop();
    // Its descriptor may be another file's from now on.
    this.#listener = undefined;
    this.retire();
    this.#endSweep();
    this.#endChecks();
    this.#endReports();
    this.#reserve[Symbol.dispose]();
    for (const connection of [...this.#connections]) if (connection.isHandshaking) this.#abortHandshake(connection);
    this.#shutdown = new Shutdown(this.#connections, this.#context.transport.timers);
    return this.#shutdown.run(graceMs, force);
  }

  readonly #accept = (
    channel: Channel,
    remote: RemoteAddress,
    { kind, service }: ListenTarget,
  ): ChannelEvents | undefined => {
    const origin = originOf(remote, kind, ++this.#accepted);
    if (!this.#mayConnect(origin)) return undefined;
    const connection = this.#serve(service, origin.name, channel);
    this.#connections.add(connection);
    return connection;
  };

  #serve(service: ServiceName, name: string, channel: Channel): ServedConnection {
    switch (service) {
      case "echo":
        return new EchoConnection(this.#echo, name, channel);
      case "discard":
        return new DiscardConnection(this.#oneWay, name, channel);
      case "chargen":
        return new ChargenConnection(this.#oneWay, name, channel);
    }
  }

  #report(): void {
    this.#oneWay.reporting.forEach((connection) => connection.report());
  }

  /** Whether the peer is allowed and the limit is not reached; if so, the peer counts against the limit from now on. */
  #mayConnect({ name, address }: Origin): boolean {
    if (!this.#isAllowed(address)) {
      this.#reject(name, "address", "not in the allow list");
      return false;
    }
    if (this.#reserve.isExhausted) {
      this.#reject(name, "limit", "no file descriptors left");
      return false;
    }
    const limit = this.#context.limit.take();
    if (limit !== undefined) this.#reject(name, "limit", `limit of ${limit} connections reached`);
    return limit === undefined;
  }

  #reject(client: string, reason: RejectReason, message: string): void {
    this.#context.tally.add(rejectCount(reason));
    this.#context.log.event({ kind: "REJECT", client, reason: message });
  }

  onConnected({ name }: ServedConnection): void {
    const { log, tally, limit } = this.#context;
    tally.add("connections");
    tally.set("peak", Math.max(tally.get("peak"), limit.taken));
    log.event({ kind: "CONNECT", client: name });
  }

  onProgress(): void {
    this.#shutdown?.onProgress();
  }

  onClosed(connection: ServedConnection, code: string | undefined): void {
    if (!this.#connections.delete(connection)) return;
    this.#context.limit.release();
    if (connection.isHandshaking) this.#reject(connection.name, "tls", tlsRefusal(tlsNameOf(code)));
    else this.#logEnd(connection, code);
    this.onProgress();
  }

  #logEnd(connection: ServedConnection, code: string | undefined): void {
    const { log, tally } = this.#context;
    if (code !== undefined) {
      const tlsName = tlsNameOf(code);
      const message = tlsName === undefined ? systemErrorPhrase(code) : `TLS: ${spellOut(tlsName)}`;
      tally.add(errorCount(code, tlsName !== undefined));
      log.event({ kind: "ERROR", client: connection.name, message });
    }
    log.event(connection.disconnectEvent(performance.now()));
  }

  /** Resets a connection whose handshake is not over, without another REJECT. */
  #abortHandshake(connection: ServedConnection): void {
    this.#connections.delete(connection);
    this.#context.limit.release();
    connection.abort();
  }

  #closeIdle(): void {
    const { idleTimeoutMs = Infinity, handshakeTimeoutMs } = this.#settings;
    const nowMs = performance.now();
    for (const connection of [...this.#connections]) {
      const idleMs = connection.idleMs(nowMs);
      if (connection.isHandshaking && idleMs >= handshakeTimeoutMs) {
        this.#reject(connection.name, "tls", "the TLS handshake was not over in time");
        this.#abortHandshake(connection);
      } else if (!connection.isHandshaking && idleMs >= idleTimeoutMs) {
        this.#context.tally.add("timedOut");
        this.#context.log.event({ kind: "TIMEOUT", client: connection.name, idleMs });
        connection.close();
      }
    }
  }
}
