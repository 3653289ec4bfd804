import { createPrivateKey, X509Certificate } from "node:crypto";
import { readWholeFile } from "./whole-file.ts";
import { messageOf, systemErrorCode, UsageError } from "./errors.ts";
import { withoutMark } from "./json.ts";

/** The longest file of certificates: a system's whole trust store has less than 1 MiB. */
const MAX_BYTES = 16 * 1024 ** 2;

/** A certificate and its key, both in PEM. */
export interface PemIdentity {
  readonly cert: string;
  readonly key: string;
}

/** @param parse throws when the text is not what is expected */
function readPem(option: string, path: string, what: string, parse: (pem: string) => unknown): string {
  try {
    const pem = withoutMark(readWholeFile(path, MAX_BYTES).toString("utf8"));
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

/**
 * Reads the certificates of authorities.
 * @throws UsageError that names the option and the file
 */
export const readAuthorities = (option: string, path: string): string =>
  readPem(option, path, "certificates", parseCertificate);

/**
 * Reads the files of `--tls-cert` and `--tls-key`.
 * @throws UsageError when one of them cannot be used, or the key is not that of the certificate
 */
export function readIdentity(certPath: string, keyPath: string): PemIdentity {
  const cert = readPem("--tls-cert", certPath, "a certificate", parseCertificate);
  const key = readPem("--tls-key", keyPath, "a private key without a passphrase", createPrivateKey);
  if (!parseCertificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new UsageError(
      `--tls-key "${keyPath}": expected the key of --tls-cert "${certPath}"; this is the key of another certificate`,
    );
  }
  return { cert, key };
}
