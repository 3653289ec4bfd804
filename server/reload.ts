import { messageOf } from "../lib/errors.ts";
import { describeIdentity, type ServerIdentity } from "./identity.ts";
import type { Log } from "./log.ts";
import type { LogFile } from "./log-file.ts";
import type { Service } from "./service.ts";

/** What SIGHUP asks to be read or opened anew. */
export interface Reloadable {
  readonly log: Log;
  readonly service: Pick<Service, "renew">;
  /** undefined where the log goes to standard output */
  readonly logFile: LogFile | undefined;
  /** undefined where the certificate is in no file */
  readonly readIdentity: (() => Promise<ServerIdentity | undefined>) | undefined;
}

async function renewIdentity({ service }: Reloadable, read: () => Promise<ServerIdentity | undefined>) {
  try {
    const identity = await read();
    if (!identity) return "";
    await service.renew(identity);
    return describeIdentity(identity);
  } catch (error) {
    return `the certificate stays: ${messageOf(error)}`;
  }
}

async function reopenLog(logFile: LogFile): Promise<string> {
  try {
    await logFile.reopen();
    return "log file opened anew";
  } catch (error) {
    return `the log file stays: ${messageOf(error)}`;
  }
}

/** Reads the certificate and opens the log file anew, and logs what has come of it; what fails stays as it is. */
export async function reload(reloadable: Reloadable): Promise<void> {
  const { log, logFile, readIdentity } = reloadable;
  const done = [
    ...(logFile ? [await reopenLog(logFile)] : []),
    ...(readIdentity ? [await renewIdentity(reloadable, readIdentity)] : []),
  ];
  log.event({ kind: "RELOAD", message: done.join("; ") || "nothing to reload: neither --tls-cert nor --log-file" });
}
