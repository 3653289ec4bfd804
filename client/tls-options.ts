import { X509Certificate, createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { messageOf, systemErrorCode, UsageError } from "../lib/errors.ts";
import { flag, text } from "../lib/option-kinds.ts";
import type { TlsSettings } from "./channel.ts";

const file = () => text("FILE", "the path of a PEM file").optional();

/** The options of TLS. */
export const tlsShape = {
  tls: flag().prefault(false).describe("connect with TLS and check the server's certificate and name"),
  tlsCa: file().describe("certificates to trust instead of the system's, PEM"),
  tlsCert: file().describe("certificate to show to a server that asks for one, PEM"),
  tlsKey: file().describe("its private key, PEM"),
  tlsServerName: text("NAME", "a host name")
    .optional()
    .describe("name that the server's certificate has to be for (default: --host)"),
  insecure: flag().prefault(false).describe("accept any certificate of the server"),
};

const tlsOptions = z.object(tlsShape);

type TlsOptions = z.output<typeof tlsOptions>;

/** Reads a file that holds what `parse` understands. */
function readPem(option: string, path: string, what: string, parse: (pem: string) => unknown): string {
  try {
    const pem = readFileSync(path, "utf8");
    parse(pem);
    return pem;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT") throw new UsageError(`${option} "${path}": no such file`);
    if (code === "EACCES" || code === "EISDIR") throw new UsageError(`${option} "${path}": ${messageOf(error)}`);
    throw new UsageError(`${option} "${path}": expected ${what} in PEM`);
  }
}

const parseCertificate = (pem: string): X509Certificate => new X509Certificate(pem);

function readIdentity(certPath: string, keyPath: string): Pick<TlsSettings, "cert" | "key"> {
  const cert = readPem("--tls-cert", certPath, "a certificate", parseCertificate);
  const key = readPem("--tls-key", keyPath, "a private key without a passphrase", createPrivateKey);
  if (!parseCertificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new UsageError(`--tls-key "${keyPath}": expected the key of --tls-cert "${certPath}", this is another's`);
  }
  return { cert, key };
}

/**
 * What TLS needs, read from its files; undefined without TLS.
 * @param host the name that the server's certificate has to be for unless another is given
 * @throws UsageError when options contradict each other or a file cannot be used
 */
export function readTlsSettings(options: TlsOptions, host: string): TlsSettings | undefined {
  const { tls, tlsCa, tlsCert, tlsKey, tlsServerName, insecure } = options;
  if (!tls) {
    const others = Object.entries({ tlsCa, tlsCert, tlsKey, tlsServerName, insecure: insecure || undefined });
    const stray = others.find(([, value]) => value !== undefined)?.[0];
    if (stray) throw new UsageError(`--${stray.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}: expected with --tls`);
    return undefined;
  }
  if (insecure && tlsCa) throw new UsageError("--tls-ca: expected without --insecure, which trusts any certificate");
  if (tlsCert && !tlsKey) throw new UsageError(`--tls-cert "${tlsCert}": expected with its key, --tls-key`);
  if (tlsKey && !tlsCert) throw new UsageError(`--tls-key "${tlsKey}": expected with its certificate, --tls-cert`);
  return {
    serverName: tlsServerName ?? host,
    ca: tlsCa && readPem("--tls-ca", tlsCa, "certificates", parseCertificate),
    ...(tlsCert && tlsKey ? readIdentity(tlsCert, tlsKey) : { cert: undefined, key: undefined }),
    acceptsAnyone: insecure,
  };
}
