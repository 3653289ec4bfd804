import { checkDescriptorLimit } from "../server/service/descriptors.ts";
import { Log } from "../server/log/log.ts";
import { createFormat, type LogStyle } from "../server/log/format.ts";
import { checkServerOptions, serverOptions } from "../server/options.ts";
import { hostsOf, prepareSettings, toServiceSettings } from "../server/settings.ts";
import { startService } from "../server/start-service.ts";
import type { Counters } from "../server/telemetry/counters.ts";
import { readServerIdentity } from "../server/tls/tls-options.ts";
import { never } from "./call-settings.ts";
import { type OptionsInput, readOptions } from "./options.ts";

/** Options that belong to the program: where its log goes, and its admin page. */
const without = ["admin", "adminToken", "stats", "verbose", "quiet", "logFormat", "logFile", "config"] as const;

/**
 * The options of `echobench server`, without those of its log and its admin page. Durations and sizes are written as on the
 * command line (`"30s"`, `"64k"`) or as numbers of milliseconds and bytes.
 */
export type ServerOptions = OptionsInput<typeof serverOptions, (typeof without)[number]>;

/** A server that listens. Disposing stops it. */
export interface EchoServer extends AsyncDisposable {
  /** such as `127.0.0.1:40211`, or the path of a socket file */
  readonly endpoint: string;
  /** 0 on a Unix socket */
  readonly port: number;
  /** what it has counted so far */
  counters(): Counters;
  /**
   * Stops accepting, sends what is to be echoed, and closes every connection.
   * @returns connections that were cut with unsent echoes when the grace period was over
   */
  stop(): Promise<{ readonly cut: number }>;
}

const style: LogStyle = { kind: "text", isDated: true, echoesOnly: true };

/** Where the log goes: nowhere. */
const silence = () => ({
  log: new Log(createFormat(style), { verbose: false, quiet: true }, () => Promise.resolve(true)),
  style,
  append: () => Promise.resolve(true),
});

/**
 * Starts an echo server in this process: on a free port of this machine only, unless the options say otherwise.
 * @throws UsageError when an option is wrong
 * @throws UnreachableError when it cannot listen
 */
export async function startServer(options: ServerOptions = {}): Promise<EchoServer> {
  const where = options.unix === undefined ? { host: "127.0.0.1", port: 0 } : {};
  const resolved = readOptions({ schema: serverOptions, without }, { ...where, ...options });
  checkServerOptions(resolved);
  checkDescriptorLimit(resolved.workers);
  const identity = await readServerIdentity(resolved, hostsOf(resolved, []), Date.now());
  const settings = await prepareSettings(resolved, identity, []);
  const service = await startService(settings, toServiceSettings({ ...resolved, quiet: true }), silence());
  let stopped: Promise<{ readonly cut: number }> | undefined;
  const [endpoint = ""] = service.listener.endpoints;
  const stop = () => (stopped ??= service.stop(resolved.grace, never).then(({ cut }) => ({ cut })));
  return {
    endpoint,
    port: resolved.unix === undefined ? Number(endpoint.slice(endpoint.lastIndexOf(":") + 1)) : 0,
    counters: () => service.counters(),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
