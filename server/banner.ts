import { isLoopback, isUnspecified } from "../lib/address/address.ts";
import { asInvoked } from "../lib/invocation.ts";
import { engineText } from "../lib/loop/engine.ts";
import { version } from "../lib/version.ts";
import { describeIdentity, fingerprintOf, type ServerIdentity } from "./tls/identity.ts";
import { describeSockets } from "../lib/result/sockets.ts";
import { describeBuffers } from "./transport/kernel-notes.ts";
import type { ListeningView } from "./transport/listen.ts";
import type { ListenTarget } from "./transport/listen-error.ts";
import type { StartReport } from "./log/format.ts";
import { engineOf, type ServerOptions } from "./options.ts";
import type { ServerSettings } from "./accept/server.ts";
import { hostsOf } from "./settings.ts";

/** How a client can trust the self-signed certificate. */
function trustNotes({ cert }: ServerIdentity, host: string, endpoint: string): string[] {
  const target = isUnspecified(host) ? "" : ` --host ${host}`;
  const port = endpoint.slice(endpoint.lastIndexOf(":") + 1);
  const fingerprint = fingerprintOf(cert);
  const command = `bun run client${target} --port ${port} --tls --tls-fingerprint ${fingerprint}`;
  return [`Fingerprint SHA-256 ${fingerprint}`, asInvoked(`Connect with: ${command}`)];
}

/** Warns when others can reach the server without authentication or encryption. */
function safetyNote(hosts: readonly string[], identity: ServerIdentity | undefined): string | undefined {
  if (hosts.every(isLoopback)) return undefined;
  if (identity?.ca !== undefined) return undefined;
  return identity
    ? "No authentication: for trusted networks only"
    : "No authentication, no encryption: for trusted networks only";
}

/** Which sockets were passed by a service manager. */
function passedNote(targets: readonly ListenTarget[]): string | undefined {
  const names = new Set(targets.flatMap(({ passed }) => (passed ? [passed.name] : [])));
  if (names.size === 0) return undefined;
  return `Sockets from the service manager, instead of --host and --port: ${[...names].join(", ")}`;
}

/** The banner and its notes, for when the server listens. */
export function startReport(
  options: ServerOptions,
  { listening, busyNs }: ServerSettings,
  { endpoints, services, granted }: ListeningView,
  adminUrl: string | undefined,
): StartReport {
  const { identity, buffers, targets } = listening;
  const hosts = hostsOf(
    options,
    targets.filter(({ passed }) => passed),
  );
  const [endpoint = ""] = endpoints;
  const tcpEndpoint = endpoints[targets.findIndex(({ kind }) => kind === "tcp")] ?? "";
  const engine = engineOf(options);
  const sockets = granted?.sockets ? describeSockets(granted.sockets, options.congestion !== undefined) : [];
  const notes = [
    passedNote(targets),
    granted && describeBuffers(buffers, granted),
    sockets.length > 0 ? `Sockets: ${sockets.join(", ")}` : undefined,
    `Engine: ${engineText[engine]}${options.cpu === undefined ? "" : `, on processors ${options.cpu}`}`,
    identity && `TLS 1.2 or later, ${describeIdentity(identity)}`,
    ...(identity && options.tlsSelfSigned ? trustNotes(identity, hosts[0] ?? "", tcpEndpoint) : []),
    adminUrl && `Live page at ${adminUrl}`,
    safetyNote(hosts, identity),
    busyNs !== undefined ? `Slowed down: every read keeps the processor busy for ${busyNs} ns` : undefined,
  ].filter((note) => note !== undefined && note !== null);
  return { version, endpoint, endpoints, ...services, engine, granted, notes };
}
