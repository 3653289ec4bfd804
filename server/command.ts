import { programCommand } from "../lib/cli/command.ts";
import { aborted, watchSignals } from "../lib/cli/signals.ts";
import { type ExitCode, exitCodes } from "../lib/errors.ts";
import { Admin } from "./admin/admin.ts";
import { startReport } from "./banner.ts";
import type { ServerSettings } from "./echo/server.ts";
import { LogOutput } from "./log/output.ts";
import {
  checkServerOptions,
  engineOf,
  serverConflicts,
  type ServerOptions,
  serverOptions,
  serverSections,
} from "./options.ts";
import { reload } from "./reload.ts";
import { LocalService } from "./service/local-service.ts";
import { Monitor } from "./service/monitor.ts";
import type { Service } from "./service/service.ts";
import { prepareSettings } from "./settings.ts";
import { watchSighup } from "./sighup.ts";
import { hasCertificateFiles, readServerIdentity } from "./tls/tls-options.ts";
import { Supervisor } from "./workers/supervisor.ts";

/**
 * Starts the server in this process, or, for several workers or the epoll engine, under a supervisor.
 * @throws UnreachableError when it cannot listen
 */
function startService(options: ServerOptions, settings: ServerSettings, output: LogOutput): Promise<Service> {
  const { workers, maxConns: maxConnections, verbose, quiet } = options;
  const engine = engineOf(options);
  const isObserved = options.admin !== undefined;
  const serviceSettings = { workers, engine, maxConnections, level: { verbose, quiet }, isObserved };
  return workers > 1 || engine === "epoll"
    ? Supervisor.start(settings, serviceSettings, output)
    : LocalService.start(settings, serviceSettings, output.log);
}

async function serve(options: ServerOptions): Promise<ExitCode> {
  checkServerOptions(options);
  const startedAtMs = performance.now();
  using signals = watchSignals();
  const readIdentity = () => readServerIdentity(options, options.host, Date.now());
  const settings = await prepareSettings(options, await readIdentity());
  const output = await LogOutput.open(options);
  await using service = await startService(options, settings, output);
  const reloadable = { output, service, readIdentity: hasCertificateFiles(options) ? readIdentity : undefined };
  let reloading = Promise.resolve();
  using _sighup = watchSighup(() => (reloading = reloading.then(() => reload(reloadable))));
  using monitor = options.admin || options.stats ? new Monitor(service) : undefined;
  await using admin = options.admin && monitor && (await Admin.start(options.admin, options.adminToken, monitor));
  await output.start(startReport(options, settings, service.listener, admin?.url));
  if (options.stats) monitor?.onSample(() => output.stats(monitor.stats));

  await aborted(signals.stop);
  monitor?.drain();
  const cut = await service.stop(options.grace, signals.force);
  await output.end({ ...service.counters(), uptimeMs: performance.now() - startedAtMs, cut });
  return signals.force.aborted ? exitCodes.interrupted : exitCodes.success;
}

/** The command line of the server. */
export const serverCommand = programCommand({
  name: "echo-server",
  command: "bun run server",
  summary: "a TCP server that sends back every byte it receives",
  sections: serverSections,
  schema: serverOptions,
  conflicts: serverConflicts,
  examples: [
    ["bun run server", "listen on port 7878 of every interface"],
    ["bun run server --host :: --port 8080 --verbose", "IPv4 and IPv6, one line for every read"],
    [
      "bun run server --buffer 65536 --max-conns 100 --idle-timeout 30s",
      "larger buffers, at most 100 peers, idle ones are closed",
    ],
    ["bun run server --allow 10.0.0.0/8 --log-format json > echo.log", "one network only, a log for machines"],
    ["bun run server --tls-self-signed", "TLS with a certificate made for this run; prints how a client can trust it"],
    ["bun run server --admin 9787 --stats", "live figures in a browser on this machine, and on the terminal"],
  ],
  notes: [
    "SIGHUP reads --tls-cert, --tls-key and --tls-ca again and reopens --log-file; connections stay open.",
    "Exit codes: 0 after Ctrl+C or SIGTERM, 2 wrong usage, 3 could not listen, 130 when a second Ctrl+C cut the shutdown short.",
    "No authentication, no encryption unless TLS is on: for trusted networks only.",
  ],
  run: serve,
});
