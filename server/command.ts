import { programCommand } from "../lib/cli/command.ts";
import { type ExitCode, exitCodes } from "../lib/errors.ts";
import { aborted, watchSignals } from "../lib/cli/signals.ts";
import { Admin } from "./admin/admin.ts";
import { startReport } from "./banner.ts";
import { watchSighup } from "./sighup.ts";
import { LogOutput } from "./log/output.ts";
import { Monitor } from "./service/monitor.ts";
import {
  checkServerOptions,
  engineOf,
  serverConflicts,
  type ServerOptions,
  serverOptions,
  serverSections,
} from "./options.ts";
import { reload } from "./reload.ts";
import { prepareSettings } from "./settings.ts";
import { startService } from "./start-service.ts";
import { hasCertificateFiles, readServerIdentity } from "./tls/tls-options.ts";

async function serve(options: ServerOptions): Promise<ExitCode> {
  checkServerOptions(options);
  const startedAtMs = performance.now();
  using signals = watchSignals();
  const readIdentity = () => readServerIdentity(options, options.host, Date.now());
  const settings = await prepareSettings(options, await readIdentity());
  const output = await LogOutput.open(options);
  const { workers, maxConns: maxConnections, admin: adminAddress } = options;
  const asked = {
    workers,
    engine: engineOf(options),
    maxConnections,
    level: options,
    isObserved: adminAddress !== undefined,
  };
  await using service = await startService(settings, asked, output);
  const reloadable = { output, service, readIdentity: hasCertificateFiles(options) ? readIdentity : undefined };
  let reloading = Promise.resolve();
  using _hangUp = watchSighup(() => (reloading = reloading.then(() => reload(reloadable))));
  using monitor = adminAddress || options.stats ? new Monitor(service) : undefined;
  await using admin = adminAddress && monitor && Admin.start(adminAddress, options.adminToken, monitor);
  await output.start(startReport(options, settings, service.listener, admin?.url));
  if (options.stats) monitor?.onSample(() => output.stats(monitor.stats));

  await aborted(signals.stop);
  monitor?.drain();
  const cut = await service.stop(options.grace, signals.force);
  await output.end({ ...service.counters(), uptimeMs: performance.now() - startedAtMs, cut });
  return signals.force.aborted ? exitCodes.interrupted : exitCodes.success;
}

/** The server as a command. */
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
      "larger buffers, at most 100 peers, none of them idle",
    ],
    ["bun run server --allow 10.0.0.0/8 --log-format json > echo.log", "one network only, a log for machines"],
    ["bun run server --tls-self-signed", "TLS with a certificate made for this run; says how a client trusts it"],
    ["bun run server --admin 9787 --stats", "live figures in the browser of this machine, and on the terminal"],
  ],
  notes: [
    "SIGHUP reads --tls-cert, --tls-key and --tls-ca and opens --log-file anew, and drops no connection.",
    "Exit codes: 0 after Ctrl+C or SIGTERM, 2 wrong usage, 3 could not listen, 130 when a second Ctrl+C cut the shutdown short.",
    "No authentication, no encryption unless TLS is on: for trusted networks only.",
  ],
  run: serve,
});
