import { countAll } from "./counters.ts";
import type { ServerIdentity } from "./identity.ts";
import type { Listener } from "./listen.ts";
import type { Log } from "./log.ts";
import { Places } from "./places.ts";
import { EchoServer, type ServerSettings } from "./server.ts";
import { RETIRE_AFTER_MS, type Service, viewWorker, type WorkerView } from "./service.ts";
import { SharedTally } from "./tally.ts";

/** A server in this process. */
export class LocalService implements Service {
  readonly listener: Listener;
  readonly #server: EchoServer;
  readonly #shared: SharedTally;
  #retired: Promise<void> = Promise.resolve();

  private constructor(server: EchoServer, listener: Listener, shared: SharedTally) {
    this.#server = server;
    this.listener = listener;
    this.#shared = shared;
  }

  /** @throws UnreachableError when it cannot listen */
  static async start(settings: ServerSettings, maxConnections: number, log: Log): Promise<LocalService> {
    const shared = new SharedTally(new ArrayBuffer(SharedTally.bytesFor(1)), 1);
    const places = new Places(shared.places, 0, maxConnections);
    const { server, listener } = await EchoServer.start(settings, { log, tally: shared.tallyOf(0), places });
    return new LocalService(server, listener, shared);
  }

  counters() {
    return countAll(this.#shared);
  }

  workers(): readonly WorkerView[] {
    return [viewWorker(this.#shared, 0, process.pid, 0)];
  }

  async renew(identity: ServerIdentity): Promise<void> {
    await this.#retired;
    await this.#server.listenAnew(identity);
    this.#server.steer(1);
    this.#retired = Bun.sleep(RETIRE_AFTER_MS).then(() => this.#server.retire());
  }

  stop(graceMs: number, force: AbortSignal): Promise<number> {
    return this.#server.stop(graceMs, force);
  }
}
