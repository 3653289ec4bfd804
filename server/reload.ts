import { messageOf } from "../lib/errors.ts";
import { describeIdentity, type ServerIdentity } from "./tls/identity.ts";
import type { LogOutput } from "./log/output.ts";
import type { Service } from "./service/service.ts";

/** What SIGHUP asks to be read or opened anew. */
export interface Reloadable {
  readonly output: LogOutput;
  readonly service: Pick<Service, "renew">;
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

async function reopenLog(output: LogOutput): Promise<string> {
  try {
    await output.reopen();
    return "log file opened anew";
  } catch (error) {
    return `the log file stays: ${messageOf(error)}`;
  }
}

/** Reads the certificate and opens the log file anew, and logs what has come of it; what fails stays as it is. */
export async function reload(reloadable: Reloadable): Promise<void> {
  const { output, readIdentity } = reloadable;
  const done = [
    ...(output.hasFile ? [await reopenLog(output)] : []),
    ...(readIdentity ? [await renewIdentity(reloadable, readIdentity)] : []),
  ];
  const message = done.join("; ") || "nothing to reload: neither --tls-cert nor --log-file";
  output.log.event({ kind: "RELOAD", message });
}
