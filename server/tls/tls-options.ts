import { z } from "zod";
import { UsageError } from "../../lib/errors.ts";
import { duration, flag, inputFile } from "../../lib/cli/option-kinds.ts";
import { readAhead, readAuthorities, readIdentity } from "../../lib/files/pem.ts";
import type { ReadFile } from "../../lib/files/whole-file.ts";
import { type ServerIdentity, validityOf } from "./identity.ts";
import { makeSelfSigned } from "./self-signed.ts";

const file = () => inputFile("the path of a PEM file").optional();

/** The TLS options. */
export const tlsShape = {
  tlsCert: file().describe("use TLS with this certificate, PEM, followed by its intermediate certificates"),
  tlsKey: file().describe("private key of --tls-cert, PEM"),
  tlsCa: file().describe("require a client certificate signed by one of these authorities, PEM"),
  tlsSelfSigned: flag()
    .prefault(false)
    .describe("use TLS with a certificate made for this run, and print how a client can trust it"),
  tlsHandshakeTimeout: duration(100).prefault("10s").describe("how long a client may take for the TLS handshake"),
};

const tlsOptions = z.object(tlsShape);

/** The TLS options after parsing. */
export type TlsOptions = z.output<typeof tlsOptions>;

/** Whether the certificate is in files, which may be replaced while the server runs. */
export const hasCertificateFiles = ({ tlsCert }: TlsOptions): boolean => tlsCert !== undefined;

/** @throws UsageError when options contradict each other, so that a server never serves plain text by accident */
export function checkTlsOptions({ tlsCert, tlsKey, tlsCa, tlsSelfSigned }: TlsOptions): void {
  const given = tlsCert ? `--tls-cert "${tlsCert}"` : tlsKey ? `--tls-key "${tlsKey}"` : undefined;
  if (tlsSelfSigned && given) throw new UsageError(`${given}: expected without --tls-self-signed, which makes its own`);
  if (tlsCert && !tlsKey) throw new UsageError(`${given}: expected with its key, --tls-key`);
  if (tlsKey && !tlsCert) throw new UsageError(`${given}: expected with its certificate, --tls-cert`);
  if (tlsCa && !tlsCert && !tlsSelfSigned) {
    throw new UsageError(`--tls-ca "${tlsCa}": expected with --tls-cert and --tls-key, or --tls-self-signed`);
  }
}

function rejectInvalid(certPath: string, cert: string, nowMs: number): void {
  const { fromMs, untilMs } = validityOf(cert);
  const expected = `--tls-cert "${certPath}": expected a certificate that is valid now`;
  if (nowMs > untilMs) throw new UsageError(`${expected}; it expired on ${new Date(untilMs).toISOString()}`);
  if (nowMs < fromMs) throw new UsageError(`${expected}; it is not valid before ${new Date(fromMs).toISOString()}`);
}

/**
 * Reads the server's certificate files, or makes a self-signed certificate; undefined without TLS.
 * @param hosts at which the server listens
 * @param nowMs since 1970
 * @param read reads a file; by default it waits for a pipe, and keeps the thread
 * @throws UsageError when a file cannot be used
 */
export async function readServerIdentity(
  options: TlsOptions,
  hosts: readonly string[],
  nowMs: number,
  read?: ReadFile,
): Promise<ServerIdentity | undefined> {
  const { tlsCert, tlsKey, tlsCa } = options;
  const ca = tlsCa && readAuthorities("--tls-ca", tlsCa, read);
  if (options.tlsSelfSigned) return { ...(await makeSelfSigned(hosts, nowMs)), ca };
  if (!tlsCert || !tlsKey) return undefined;
  const identity = readIdentity(tlsCert, tlsKey, read);
  rejectInvalid(tlsCert, identity.cert, nowMs);
  return { ...identity, ca };
}

/**
 * Reads the certificate files again while the server runs. Files only: a server that waits for a pipe does not serve.
 * @param nowMs since 1970
 * @throws UsageError when a file cannot be used
 */
export async function rereadServerIdentity(
  options: TlsOptions,
  hosts: readonly string[],
  nowMs: number,
): Promise<ServerIdentity | undefined> {
  const { tlsCert, tlsKey, tlsCa } = options;
  const paths = [tlsCert, tlsKey, tlsCa].filter((path) => path !== undefined);
  return readServerIdentity(options, hosts, nowMs, await readAhead(paths));
}
