import { isIP } from "node:net";
import { z } from "zod";
import { UsageError, ValueError } from "../../lib/errors.ts";
import { custom, flag, inputFile } from "../../lib/cli/option-kinds.ts";
import { writtenHostProblem } from "../../lib/address/host.ts";
import { readAuthorities, readIdentity } from "../../lib/files/pem.ts";

const file = () => inputFile("the path of a PEM file").optional();

/** `AB:CD:...` of 64 hexadecimal digits, with or without colons. */
function parseFingerprint(fingerprint: string): string | undefined {
  const digits = fingerprint.replaceAll(":", "").toUpperCase();
  return /^[0-9A-F]{64}$/.test(digits) ? (digits.match(/../g) ?? []).join(":") : undefined;
}

/** @throws ValueError for what no certificate names */
function parseServerName(name: string): string | undefined {
  const problem = isIP(name) === 0 ? writtenHostProblem(name) : undefined;
  if (problem !== undefined) throw new ValueError(problem);
  return name;
}

/** The TLS options. */
export const tlsShape = {
  tls: flag().prefault(false).describe("connect with TLS and check the server's certificate and name"),
  tlsCa: file().describe("certificates to trust instead of the system's, PEM"),
  tlsCert: file().describe("client certificate for a server that asks for one, PEM"),
  tlsKey: file().describe("its private key, PEM"),
  tlsServerName: custom("NAME", "a host name", parseServerName)
    .optional()
    .describe("name that the server's certificate must have (default: --host)"),
  tlsFingerprint: custom("SHA256", "the SHA-256 of a certificate, 64 hexadecimal digits", parseFingerprint)
    .optional()
    .describe("accept only the certificate with this fingerprint, as the server's --tls-self-signed prints it"),
  insecure: flag().prefault(false).describe("accept any certificate of the server"),
};

const tlsOptions = z.object(tlsShape);

type TlsOptions = z.output<typeof tlsOptions>;

/** The TLS settings, with the contents of their files. */
export type TlsSettings = NonNullable<ReturnType<typeof readTlsSettings>>;

/**
 * The TLS settings, with the contents of their files; undefined without --tls.
 * @param host the name that the server's certificate must have unless --tls-server-name gives another
 * @throws UsageError when options contradict each other or a file cannot be used
 */
export function readTlsSettings(options: TlsOptions, host: string) {
  const { tls, tlsCa, tlsCert, tlsKey, tlsServerName, tlsFingerprint, insecure } = options;
  if (!tls) {
    const others = { tlsCa, tlsCert, tlsKey, tlsServerName, tlsFingerprint, insecure: insecure || undefined };
    const stray = Object.entries(others).find(([, value]) => value !== undefined)?.[0];
    if (stray) throw new UsageError(`--${stray.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}: expected with --tls`);
    return undefined;
  }
  if (tlsFingerprint && (tlsCa || insecure)) {
    throw new UsageError(
      "--tls-fingerprint: expected without --tls-ca and --insecure; the fingerprint alone decides who is trusted",
    );
  }
  if (insecure && tlsCa) throw new UsageError("--tls-ca: expected without --insecure, which trusts any certificate");
  if (tlsCert && !tlsKey) throw new UsageError(`--tls-cert "${tlsCert}": expected with its key, --tls-key`);
  if (tlsKey && !tlsCert) throw new UsageError(`--tls-key "${tlsKey}": expected with its certificate, --tls-cert`);
  return {
    serverName: tlsServerName ?? host,
    ca: tlsCa && readAuthorities("--tls-ca", tlsCa),
    ...(tlsCert && tlsKey ? readIdentity(tlsCert, tlsKey) : { cert: undefined, key: undefined }),
    fingerprint: tlsFingerprint,
    acceptsAnyone: insecure,
  };
}
