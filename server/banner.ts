import { isLoopback, isUnspecified, stripBrackets } from "../lib/address/address.ts";
import { asInvoked } from "../lib/invocation.ts";
import { engineText } from "../lib/loop/engine.ts";
import { version } from "../lib/version.ts";
import { describeIdentity, fingerprintOf, type ServerIdentity } from "./tls/identity.ts";
import { describeBuffers } from "./transport/kernel-notes.ts";
import type { Listener } from "./transport/transport.ts";
import type { StartReport } from "./log/format.ts";
import { engineOf, type ServerOptions } from "./options.ts";
import type { ServerSettings } from "./echo/server.ts";

/** How a client can trust the self-signed certificate. */
function trustNotes(options: ServerOptions, { cert }: ServerIdentity, endpoint: string): string[] {
  const host = stripBrackets(options.host);
  const target = isUnspecified(host) ? "" : ` --host ${host}`;
  const port = endpoint.slice(endpoint.lastIndexOf(":") + 1);
  const fingerprint = fingerprintOf(cert);
  const command = `bun run client${target} --port ${port} --tls --tls-fingerprint ${fingerprint}`;
  return [`Fingerprint SHA-256 ${fingerprint}`, asInvoked(`Connect with: ${command}`)];
}

/** Warns when others can reach the server without authentication or encryption. */
function safetyNote(options: ServerOptions, identity: ServerIdentity | undefined): string | undefined {
  if (options.unix !== undefined || isLoopback(stripBrackets(options.host))) return undefined;
  if (identity?.ca !== undefined) return undefined;
  return identity
    ? "No authentication: for trusted networks only"
    : "No authentication, no encryption: for trusted networks only";
}

/** The banner and its notes, for when the server listens. */
export function startReport(
  options: ServerOptions,
  { listening, busyNs }: ServerSettings,
  { endpoint, granted }: Pick<Listener, "endpoint" | "granted">,
  adminUrl: string | undefined,
): StartReport {
  const { identity, buffers } = listening;
  const engine = engineOf(options);
  const notes = [
    granted && describeBuffers(buffers, granted),
    `Engine: ${engineText[engine]}`,
    identity && `TLS 1.2 or later, ${describeIdentity(identity)}`,
    ...(identity && options.tlsSelfSigned ? trustNotes(options, identity, endpoint) : []),
    adminUrl && `Live page at ${adminUrl}`,
    safetyNote(options, identity),
    busyNs !== undefined ? `Slowed down: every read keeps the processor busy for ${busyNs} ns` : undefined,
  ].filter((note) => note !== undefined && note !== null);
  return { version, endpoint, engine, granted, notes };
}
