import { X509Certificate } from "node:crypto";
import type { PemIdentity } from "../../lib/pem.ts";

/** Who the server is to its clients, and whom it lets in. */
export interface ServerIdentity extends PemIdentity {
  /** authorities of which one has to have signed a client's certificate, PEM; undefined asks for none */
  readonly ca: string | undefined;
}

/** From when until when a certificate is valid, in ms since 1970. */
export function validityOf(cert: string): { fromMs: number; untilMs: number } {
  const { validFrom, validTo } = new X509Certificate(cert);
  return { fromMs: Date.parse(validFrom), untilMs: Date.parse(validTo) };
}

/** `AB:CD:...`, SHA-256. */
export const fingerprintOf = (cert: string): string => new X509Certificate(cert).fingerprint256;

/** The certificate in a few words, for the log. */
export function describeIdentity({ cert, ca }: ServerIdentity): string {
  const subject = new X509Certificate(cert).subject.replaceAll("\n", ", ");
  const until = new Date(validityOf(cert).untilMs).toISOString().slice(0, 10);
  const clients = ca === undefined ? "" : "; clients need a certificate of --tls-ca";
  return `certificate ${subject || "without a subject"}, valid until ${until}${clients}`;
}
