import { messageOf } from "../lib/errors.ts";
import { within } from "../lib/timers.ts";
import { describeIdentity, type ServerIdentity } from "./tls/identity.ts";
import type { Log } from "./log/log.ts";
import type { LogOutput } from "./log/output.ts";
import type { Service } from "./service/service.ts";

/** What a reload reads or opens again. */
export interface Reloadable {
  readonly output: Pick<LogOutput, "hasFile" | "reopen"> & { readonly log: Pick<Log, "event"> };
  readonly service: Pick<Service, "renew">;
  /** undefined when there is no certificate file */
  readonly readIdentity: (() => Promise<ServerIdentity | undefined>) | undefined;
}

async function renewIdentity({ service }: Reloadable, read: () => Promise<ServerIdentity | undefined>) {
  try {
    const identity = await read();
    if (!identity) return "";
    await service.renew(identity);
    return describeIdentity(identity);
  } catch (error) {
    return `the old certificate stays in use: ${messageOf(error)}`;
  }
}

/** How long a reload waits for the log file, which may be on a network. */
const REOPEN_MS = 5_000;

async function reopenLog(output: Reloadable["output"]): Promise<string> {
  try {
    if (await within(output.reopen(), REOPEN_MS)) return "log file reopened";
    return "the old log file stays in use until the new one can be opened";
  } catch (error) {
    return `the old log file stays in use: ${messageOf(error)}`;
  }
}

/**
 * Reloads when asked, one reload at a time. What is asked for during a reload is one more after it, since the files may
 * have changed. What is asked for before the server runs waits for it.
 */
export class Reloader {
  #reloadable: Reloadable | undefined;
  #isAsked = false;
  #isReloading = false;
  #hasStopped = false;

  /** Reloads from now on. */
  start(reloadable: Reloadable): void {
    this.#reloadable = reloadable;
    void this.#run();
  }

  ask(): void {
    this.#isAsked = true;
    void this.#run();
  }

  /** Reloads no more; one that is under way is abandoned. */
  stop(): void {
    this.#hasStopped = true;
  }

  async #run(): Promise<void> {
    if (this.#isReloading || !this.#reloadable) return;
    this.#isReloading = true;
    while (this.#isAsked && !this.#hasStopped) {
      this.#isAsked = false;
      await reload(this.#reloadable);
    }
    this.#isReloading = false;
  }
}

/** Reads the certificate again, reopens the log file, and logs the outcome. What cannot be replaced stays in use. */
async function reload(reloadable: Reloadable): Promise<void> {
  const { output, readIdentity } = reloadable;
  const outcomes = [
    ...(output.hasFile ? [await reopenLog(output)] : []),
    ...(readIdentity ? [await renewIdentity(reloadable, readIdentity)] : []),
  ];
  const message = outcomes.join("; ") || "nothing to reload: neither --tls-cert nor --log-file";
  output.log.event({ kind: "RELOAD", message });
}
