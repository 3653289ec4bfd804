import { messages } from "../lib/process/messages.ts";
import { notifyManager } from "../lib/posix/notify-socket.ts";
import { eventLoopTimers, repeat } from "../lib/timers.ts";
import type { Service } from "./service/service.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** How often the service manager wants to hear that the server is alive, in ms; undefined when it does not. */
function watchdogMs({ WATCHDOG_USEC: microseconds, WATCHDOG_PID: pid }: Environment): number | undefined {
  const isMeant = pid === undefined || Number(pid) === process.pid;
  return isMeant && Number(microseconds) > 0 ? Number(microseconds) / 1_000 : undefined;
}

/** Tells the service manager that started this process, if any (systemd with `Type=notify`), how the server is. */
export class ServiceManager implements Disposable {
  readonly #send: typeof notifyManager;
  readonly #socket: string | undefined;
  readonly #endWatchdog: () => void;

  /** The server listens. */
  constructor(
    service: Pick<Service, "listener" | "workers">,
    environment: Environment = process.env,
    send: typeof notifyManager = notifyManager,
  ) {
    this.#send = send;
    this.#socket = environment["NOTIFY_SOCKET"];
    if (!this.#notify(`READY=1\nSTATUS=Listening on ${service.listener.endpoints.join(", ")}`))
      messages.warn(`NOTIFY_SOCKET "${this.#socket}": the service manager could not be told that the server listens`);
    const everyMs = this.#socket === undefined ? undefined : watchdogMs(environment);
    this.#endWatchdog =
      everyMs === undefined ? () => {} : repeat(eventLoopTimers, everyMs / 2, () => this.#showLife(service));
  }

  /** @returns false when there is a manager and it could not be told */
  #notify(state: string): boolean {
    return this.#socket === undefined || this.#send(this.#socket, state);
  }

  /** Keeps quiet while no worker serves, so that the manager starts the server again. */
  #showLife(service: Pick<Service, "workers">): void {
    if (service.workers().some(({ isServing }) => isServing)) this.#notify("WATCHDOG=1");
  }

  /** The server shuts down. */
  stopping(): void {
    this.#notify("STOPPING=1\nSTATUS=Sending unsent echoes");
  }

  [Symbol.dispose](): void {
    this.#endWatchdog();
  }
}
