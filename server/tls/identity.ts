import { X509Certificate } from "node:crypto";
import type { PemIdentity } from "../../lib/files/pem.ts";

/** The server's certificate and key, and which client certificates it accepts. */
export interface ServerIdentity extends PemIdentity {
  /** PEM; one of these authorities has to have signed a client's certificate; undefined requires no certificate */
  readonly ca: string | undefined;
}

/** The validity period of a certificate, in ms since 1970. */
export function validityOf(cert: string): { fromMs: number; untilMs: number } {
  const { validFrom, validTo } = new X509Certificate(cert);
  return { fromMs: Date.parse(validFrom), untilMs: Date.parse(validTo) };
}

/** The SHA-256 fingerprint, `AB:CD:...`. */
export const fingerprintOf = (cert: string): string => new X509Certificate(cert).fingerprint256;

/** A short description of the certificate, for the log. */
export function describeIdentity({ cert, ca }: ServerIdentity): string {
  const subject = new X509Certificate(cert).subject.replaceAll("\n", ", ");
  const until = new Date(validityOf(cert).untilMs).toISOString().slice(0, 10);
  const clients = ca === undefined ? "" : "; clients need a certificate signed by an authority of --tls-ca";
  return `certificate ${subject || "without a subject"}, valid until ${until}${clients}`;
}
