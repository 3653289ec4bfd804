import type { PeerCertificate } from "node:tls";

import type { Socket } from "bun";
import type { TlsSession } from "../../lib/loop/channel.ts";
import type { TlsSettings } from "./transport.ts";

/** `CN=localhost, O=Example`. */
const nameOf = (name: PeerCertificate["subject"]): string =>
  Object.entries(name)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(", ");

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
      validFrom: new Date(valid_from).toISOString(),
      validTo: new Date(valid_to).toISOString(),
      fingerprint256,
    },
  };
}
