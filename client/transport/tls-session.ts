import type { PeerCertificate } from "node:tls";

import type { Socket } from "bun";
import type { TlsSession } from "../../lib/loop/channel.ts";
import type { TlsSettings } from "./transport.ts";

/** A certificate can have a name of many kilobytes. */
const LONGEST_NAME = 500;

/** `CN=localhost, O=Example`; a certificate can be without a name. */
const nameOf = (name: PeerCertificate["subject"] | undefined): string =>
  Object.entries(name ?? {})
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(", ")
    .slice(0, LONGEST_NAME);

/** A date of a certificate in ISO 8601, or as it is there when it is none. */
function isoDate(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
}

/** What was agreed on with the server. @param isVerified whether its certificate is good */
export function readSession(socket: Socket<unknown>, { serverName }: TlsSettings, isVerified: boolean): TlsSession {
  const { subject, issuer, valid_from, valid_to, fingerprint256 } = socket.getPeerCertificate() as PeerCertificate;
  return {
    protocol: socket.getTLSVersion(),
    cipher: socket.getCipher().name,
    serverName,
    isVerified,
    certificate: {
      subject: nameOf(subject),
      issuer: nameOf(issuer),
      validFrom: isoDate(valid_from),
      validTo: isoDate(valid_to),
      fingerprint256,
    },
  };
}
