import type { AdminEndpoint } from "../lib/admin/admin-server.ts";
import { messages } from "../lib/process/messages.ts";
import { aborted, type StopSignals, watchSignals } from "../lib/process/signals.ts";
import { flushStreams } from "../lib/process/standard-streams.ts";
import { exitNow } from "../lib/process/stop.ts";
import { type ExitCode, exitCodes, UsageError } from "../lib/errors.ts";
import { sleep, unlessStopped, within } from "../lib/timers.ts";
import { formatDuration, plural } from "../lib/text/format-units.ts";
import { startReport } from "./banner.ts";
import type { ServerSettings } from "./accept/server.ts";
import type { EndReport } from "./log/format.ts";
import { watchLifetime } from "./lifetime.ts";
import { LogOutput } from "./log/output.ts";
import { checkServerOptions, type ServerOptions } from "./options.ts";
import { ReadyFile } from "./ready-file.ts";
import { Reloader } from "./reload.ts";
import { checkDescriptorLimit } from "./service/descriptors.ts";
import { Monitor } from "./service/monitor.ts";
import type { Service } from "./service/service.ts";
import { startService } from "./start-service.ts";
import { ServiceManager } from "./service-manager.ts";
import { hostsOf, prepareSettings, toServiceSettings } from "./settings.ts";
import { watchSighup } from "./sighup.ts";
import { missedSockets, takePassedSockets } from "./socket-activation.ts";
import type { ServerIdentity } from "./tls/identity.ts";
import type { ListenTarget } from "./transport/listen-error.ts";
import { hasCertificateFiles, readServerIdentity, rereadServerIdentity } from "./tls/tls-options.ts";

/** The least time that the log gets to take the summary, so that --grace 0 has one too. */
const LOG_MS = 250;

/** How long the log gets after a second signal. */
const FORCED_LOG_MS = 100;

/** How long after the grace period, or after a second signal, the program ends whatever it still waits for. */
const LATE_MS = 2_000;
const FORCED_MS = 1_000;

/** The admin page takes as long to load as all the rest, so it is loaded when it is asked for. */
const loadAdminServer = () => import("../lib/admin/admin-server.ts");
const loadAdmin = () => import("./admin/admin.ts");

/**
 * Writes the summary: to the log if it takes it in time, else to standard error, with the reason.
 * @returns whether the log took it
 */
async function writeEnd(output: LogOutput, report: EndReport, leftMs: number, force: AbortSignal): Promise<boolean> {
  let isWritten = false;
  const written = output.end(report).then((outcome) => (isWritten = outcome));
  const isOver = (await within(written, leftMs, force)) || (await within(written, FORCED_LOG_MS));
  if (isWritten) return true;
  if (!isOver) messages.error("the log was not written in time: its reader does not read; the rest of it is lost");
  messages.log(output.describeEnd(report));
  return false;
}

const readIdentity = (options: ServerOptions, hosts: readonly string[]): Promise<ServerIdentity | undefined> =>
  readServerIdentity(options, hosts, Date.now());

/** What the server was asked to do, and what was read or taken over before signals are handled. */
interface Asked {
  readonly options: ServerOptions;
  /** sockets that listen already */
  readonly passed: readonly ListenTarget[];
  /** the certificate, when it is in files, which a reload reads again */
  readonly files: ServerIdentity | undefined;
}

/** A service that listens, and what it was started with. */
interface Started {
  readonly settings: ServerSettings;
  readonly output: LogOutput;
  readonly service: Service;
  /** where the admin page is to listen */
  readonly adminAt: AdminEndpoint | undefined;
}

/** Looks names up and listens. Names first, since that may take long: until they are known, nobody can have connected. */
async function start({ options, passed, files }: Asked): Promise<Started> {
  const adminAt = options.admin && (await (await loadAdminServer()).resolveAdmin(options.admin, options.adminToken));
  const identity = files ?? (await readIdentity(options, hostsOf(options, passed)));
  const settings = await prepareSettings(options, identity, passed);
  const output = await LogOutput.open(options);
  return { settings, output, adminAt, service: await startService(settings, toServiceSettings(options), output) };
}

/** Stops the service and writes the summary. @returns the exit code */
async function finish(
  { output, service }: Started,
  graceMs: number,
  force: AbortSignal,
  startedAtMs: number,
): Promise<ExitCode> {
  const stoppedAtMs = performance.now();
  const { cut, killed } = await service.stop(graceMs, force);
  const report = { ...service.counters(), uptimeMs: performance.now() - startedAtMs, cut };
  const leftMs = Math.max(LOG_MS, graceMs - (performance.now() - stoppedAtMs));
  const isWritten = await writeEnd(output, report, leftMs, force);
  if (killed > 0) {
    messages.error(`echoes may be lost: ${plural(killed, "worker")} did not stop in time, and had to be killed`);
  }
  if (force.aborted) return exitCodes.interrupted;
  return isWritten && killed === 0 ? exitCodes.success : exitCodes.runFailed;
}

/** Runs the server until a signal stops it. */
async function run(asked: Asked, signals: StopSignals, reloader: Reloader): Promise<ExitCode> {
  const { options, passed, files } = asked;
  const startedAtMs = performance.now();
  const readyFile = options.readyFile === undefined ? undefined : new ReadyFile(options.readyFile);
  readyFile?.removeEarlier();
  const started = await unlessStopped(start(asked), signals.stop);
  if (!started) {
    messages.log(`Stopped after ${formatDuration(performance.now() - startedAtMs)}, before it listened`);
    return exitCodes.success;
  }
  const { settings, output, adminAt } = started;
  await using service = started.service;
  using monitor = adminAt || options.stats ? new Monitor(service) : undefined;
  await using admin =
    adminAt && monitor && (await (await loadAdmin()).startAdmin(adminAt, options.adminToken, monitor));
  // Not awaited: a log that nobody reads must not keep the server from being stopped.
  void output.start(startReport(options, settings, service.listener, admin?.url));
  await readyFile?.write(service.listener);
  using manager = new ServiceManager(service);
  reloader.start({
    output,
    service,
    readIdentity: files && (() => rereadServerIdentity(options, hostsOf(options, passed), Date.now())),
  });
  if (options.stats) monitor?.onSample(() => output.stats(monitor.stats));

  const over = Promise.withResolvers<void>();
  using _lifetime = watchLifetime({ ...options, durationMs: options.duration }, () => service.counters(), over.resolve);
  await Promise.race([aborted(signals.stop), over.promise]);
  manager.stopping();
  reloader.stop();
  monitor?.drain();
  // Awaited here: what `using` holds has to live until then.
  return await finish(started, options.grace, signals.force, startedAtMs);
}

/** Settles when the program should have ended long ago, whatever it still waits for. */
async function overdue({ stop, force }: StopSignals, graceMs: number): Promise<ExitCode> {
  await aborted(stop);
  const isForced = await within(aborted(force), graceMs + LATE_MS);
  if (isForced) await sleep(FORCED_MS);
  else messages.error("the server could not stop within --grace, and ends without a summary");
  return isForced ? exitCodes.interrupted : exitCodes.runFailed;
}

/** Runs the server. Ends the process: what nobody takes, such as a log that is not read, must not keep it alive. */
export async function serve(options: ServerOptions): Promise<ExitCode> {
  checkServerOptions(options);
  const missed = missedSockets(process.env, process.ppid);
  if (missed !== undefined) messages.warn(missed);
  const passed = takePassedSockets();
  if (options.mptcp && passed.length > 0) {
    throw new UsageError(
      "--mptcp: expected without sockets of the service manager, which opens them: see SocketProtocol= of systemd",
    );
  }
  checkDescriptorLimit(options.workers);
  // Before signals are handled: a pipe that nobody writes to blocks the thread, and then a signal has to end the program.
  const files = hasCertificateFiles(options) ? await readIdentity(options, []) : undefined;
  using signals = watchSignals(["SIGINT", "SIGTERM"]);
  const reloader = new Reloader();
  using _sighup = watchSighup(() => reloader.ask());
  const exitCode = await Promise.race([
    run({ options, passed, files }, signals, reloader),
    overdue(signals, options.grace),
  ]);
  await within(flushStreams(), FORCED_LOG_MS);
  return exitNow(exitCode);
}
