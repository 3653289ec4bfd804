import { stripBrackets } from "../lib/address/address.ts";
import { toSocketRequest } from "../lib/cli/socket-options.ts";
import { cpusOf } from "../lib/loop/cpu-list.ts";
import { busyPollNs } from "../lib/loop/busy-poll.ts";
import { oneWayServices } from "../lib/oneway/request.ts";
import { slowDownNs, slowDownVariable } from "../lib/transforms/slow-down.ts";
import type { ServerIdentity } from "./tls/identity.ts";
import type { ListenTarget } from "./transport/listen-error.ts";
import { engineOf, type ServerOptions } from "./options.ts";
import type { ServiceSettings } from "./service/service.ts";
import { reservePort } from "./transport/reserve-port.ts";
import type { ServerSettings } from "./accept/server.ts";
import { hasCertificateFiles } from "./tls/tls-options.ts";

/** The echo buffer without --buffer. */
const DEFAULT_BUFFER_BYTES = 1_024;

const toTarget = ({ unix, host, port }: ServerOptions): ListenTarget =>
  unix
    ? { kind: "unix", path: unix, service: "echo" }
    : { kind: "tcp", host: stripBrackets(host), port, service: "echo" };

/** Where the services of one way listen. */
const oneWayTargets = (options: ServerOptions): ListenTarget[] =>
  oneWayServices.flatMap((service) => {
    const port = options[service];
    return port === undefined ? [] : [{ kind: "tcp", host: stripBrackets(options.host), port, service } as const];
  });

/** The hosts at which the server is to listen; none for Unix sockets alone. */
export function hostsOf(options: ServerOptions, passed: readonly ListenTarget[]): readonly string[] {
  const targets = [...(passed.length > 0 ? passed : [toTarget(options)]), ...oneWayTargets(options)];
  return targets.flatMap((target) => (target.kind === "tcp" ? [target.host] : []));
}

/** Whether several listeners will share the port: those of the workers, or those of the old and the new certificate. */
const willShare = (options: ServerOptions): boolean =>
  process.platform === "linux" && (options.workers > 1 || hasCertificateFiles(options));

/** The targets, with the port that the system has picked when they share it. */
async function resolveTargets(options: ServerOptions, passed: readonly ListenTarget[], sharesPort: boolean) {
  const targets = [...(passed.length > 0 ? [] : [toTarget(options)]), ...oneWayTargets(options)];
  const own = targets.map((target) => (sharesPort && target.kind === "tcp" ? reservePort(target) : target));
  return [...passed, ...(await Promise.all(own))];
}

/**
 * Turns options into the settings of the echo server.
 * @param passed sockets that listen already, which take the place of --host, --port and --unix
 * @throws UnreachableError when the port is to be shared, but another program has it
 * @throws UsageError when the environment asks for a slow-down that makes no sense
 */
export async function prepareSettings(
  options: ServerOptions,
  identity: ServerIdentity | undefined,
  passed: readonly ListenTarget[],
): Promise<ServerSettings> {
  const sharesPort = passed.length === 0 && willShare(options);
  return {
    listening: {
      targets: await resolveTargets(options, passed, sharesPort),
      identity,
      sharesPort,
      backlog: options.backlog,
      noDelay: options.noDelay,
      keepaliveMs: options.keepalive,
      buffers: { sndbufBytes: options.sndbuf ?? options.buffer, rcvbufBytes: options.rcvbuf ?? options.buffer },
      options: toSocketRequest(options),
    },
    bufferBytes: options.buffer ?? DEFAULT_BUFFER_BYTES,
    idleTimeoutMs: options.idleTimeout,
    handshakeTimeoutMs: options.tlsHandshakeTimeout,
    transform: options.transform,
    busyNs: slowDownNs(process.env[slowDownVariable]),
    allow: options.allow,
  };
}

/** How the service runs, from the options. */
export const toServiceSettings = (options: ServerOptions): ServiceSettings => ({
  workers: options.workers,
  maxConnections: options.maxConns,
  engine: engineOf(options),
  busyPollNs: busyPollNs(options.busyPoll) ?? 0,
  cpus: cpusOf(options.cpu),
  level: { verbose: options.verbose, quiet: options.quiet },
  isObserved: options.admin !== undefined,
});
