import { createPrivateKey, X509Certificate } from "node:crypto";
import { systemErrorCode, UsageError, ValueError } from "../errors.ts";
import { unreadableReason } from "./unreadable-reason.ts";
import { withoutMark } from "./json.ts";
import { type ReadFile, readRegularFile, readWholeFile } from "./whole-file.ts";

/** The longest file of certificates: a system's whole trust store has less than 1 MiB. */
const MAX_BYTES = 16 * 1024 ** 2;

/** A certificate and its key, both in PEM. */
export interface PemIdentity {
  readonly cert: string;
  readonly key: string;
}

/** What a file has to contain. */
interface Expected {
  readonly what: string;
  /** throws when the text is something else */
  readonly parse: (pem: string) => unknown;
}

function readPem(option: string, path: string, { what, parse }: Expected, read: ReadFile): string {
  try {
    const pem = withoutMark(read(path, MAX_BYTES).toString("utf8"));
    parse(pem);
    return pem;
  } catch (error) {
    if (error instanceof ValueError) throw new UsageError(`${option} "${path}": ${error.message}`);
    const code = systemErrorCode(error);
    if (code === "ENOENT" || code === "EACCES" || code === "EISDIR") {
      throw new UsageError(`${option} "${path}": ${unreadableReason(error)}`);
    }
    throw new UsageError(`${option} "${path}": expected ${what} in PEM`);
  }
}

const parseCertificate = (pem: string): X509Certificate => new X509Certificate(pem);

/**
 * Reads the certificates of authorities.
 * @throws UsageError that names the option and the file
 */
export const readAuthorities = (option: string, path: string, read = readWholeFile): string =>
  readPem(option, path, { what: "certificates", parse: parseCertificate }, read);

/**
 * Reads the files of `--tls-cert` and `--tls-key`.
 * @throws UsageError when one of them cannot be used, or the key is not that of the certificate
 */
export function readIdentity(certPath: string, keyPath: string, read = readWholeFile): PemIdentity {
  const cert = readPem("--tls-cert", certPath, { what: "a certificate", parse: parseCertificate }, read);
  const expectedKey = { what: "a private key without a passphrase", parse: createPrivateKey };
  const key = readPem("--tls-key", keyPath, expectedKey, read);
  if (!parseCertificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new UsageError(
      `--tls-key "${keyPath}": expected the key of --tls-cert "${certPath}"; this is the key of another certificate`,
    );
  }
  return { cert, key };
}

/**
 * Reads files of a running program ahead, none of which may be a pipe.
 * @returns gives what was read of a file, or throws why it could not be read
 */
export async function readAhead(paths: readonly string[]): Promise<ReadFile> {
  const outcomes = new Map<string, PromiseSettledResult<Buffer>>();
  const settled = await Promise.allSettled(paths.map((path) => readRegularFile(path, MAX_BYTES)));
  for (const [i, outcome] of settled.entries()) outcomes.set(paths[i] ?? "", outcome);
  return (path) => {
    const outcome = outcomes.get(path);
    if (outcome?.status === "fulfilled") return outcome.value;
    throw outcome?.reason ?? new Error(`"${path}" was not read ahead`);
  };
}
