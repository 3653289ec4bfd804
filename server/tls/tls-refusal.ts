import { spellOut } from "../../lib/error-names.ts";

const plainText = "the client does not speak TLS";
const unknownAuthority = "the client's certificate is not signed by an authority of --tls-ca";
const untrusted = "the client does not trust the server's certificate";

const leftEarly = "the client left during the handshake";

const phrases: Record<string, string> = {
  WRONG_VERSION_NUMBER: plainText,
  HTTP_REQUEST: plainText,
  HTTPS_PROXY_REQUEST: plainText,
  UNEXPECTED_MESSAGE: plainText,
  UNEXPECTED_RECORD: plainText,
  PACKET_LENGTH_TOO_LONG: plainText,
  ENCRYPTED_LENGTH_TOO_LONG: plainText,
  ECONNRESET: leftEarly,
  UNSUPPORTED_PROTOCOL: "the client does not support TLS 1.2 or later",
  NO_SHARED_CIPHER: "client and server have no cipher in common",
  PEER_DID_NOT_RETURN_A_CERTIFICATE: "the client sent no certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  CERT_HAS_EXPIRED: "the client's certificate has expired",
  CERT_NOT_YET_VALID: "the client's certificate is not valid yet",
  TLSV1_ALERT_UNKNOWN_CA: untrusted,
  SSLV3_ALERT_BAD_CERTIFICATE: untrusted,
  SSLV3_ALERT_CERTIFICATE_UNKNOWN: untrusted,
  SSLV3_ALERT_CERTIFICATE_EXPIRED: untrusted,
};

/**
 * Why a handshake has to be refused; undefined when it has succeeded.
 * @param isDone Bun's `success`, which is true also when the client's certificate is wrong
 * @param demandsCertificate whether clients need a certificate; if not, Bun reports a missing issuer, which is ignored
 */
export function handshakeError(isDone: boolean, error: Error | null, demandsCertificate: boolean): Error | undefined {
  if (isDone && (!error || !demandsCertificate)) return undefined;
  return error ?? new Error("the TLS handshake failed");
}

/** The reason of a REJECT. @param name of the TLS failure, undefined when the client closed the connection */
export function tlsRefusal(name: string | undefined): string {
  if (name === undefined) return leftEarly;
  return phrases[name] ?? `the TLS handshake failed${name && `: ${spellOut(name)}`}`;
}
