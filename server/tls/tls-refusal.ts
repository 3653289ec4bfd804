import { spellOut, tlsErrorName } from "../../lib/error-names.ts";

const plainText = "the client does not speak TLS";
const stranger = "the client's certificate is signed by nobody of --tls-ca";
const distrusted = "the client does not trust the server's certificate";

/** The client went away before the handshake was over. */
export const leftEarly = "the client left during the handshake";

const phrases: Record<string, string> = {
  WRONG_VERSION_NUMBER: plainText,
  HTTP_REQUEST: plainText,
  HTTPS_PROXY_REQUEST: plainText,
  UNEXPECTED_MESSAGE: plainText,
  UNEXPECTED_RECORD: plainText,
  PACKET_LENGTH_TOO_LONG: plainText,
  ENCRYPTED_LENGTH_TOO_LONG: plainText,
  ECONNRESET: leftEarly,
  UNSUPPORTED_PROTOCOL: "the client speaks no TLS 1.2 or later",
  NO_SHARED_CIPHER: "client and server have no cipher in common",
  PEER_DID_NOT_RETURN_A_CERTIFICATE: "the client has shown no certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: stranger,
  UNABLE_TO_GET_ISSUER_CERT: stranger,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: stranger,
  SELF_SIGNED_CERT_IN_CHAIN: stranger,
  DEPTH_ZERO_SELF_SIGNED_CERT: stranger,
  CERT_HAS_EXPIRED: "the client's certificate has expired",
  CERT_NOT_YET_VALID: "the client's certificate is not valid yet",
  TLSV1_ALERT_UNKNOWN_CA: distrusted,
  SSLV3_ALERT_BAD_CERTIFICATE: distrusted,
  SSLV3_ALERT_CERTIFICATE_UNKNOWN: distrusted,
  SSLV3_ALERT_CERTIFICATE_EXPIRED: distrusted,
};

/**
 * Why a handshake has to be refused; undefined when it is good.
 * @param isDone as Bun tells: also when the client's certificate is wrong
 * @param demandsCertificate of the client: without, Bun always tells of a missing issuer, which means nothing
 */
export function tlsRefusal(isDone: boolean, error: Error | null, demandsCertificate: boolean): string | undefined {
  if (isDone && (!error || !demandsCertificate)) return undefined;
  const name = error ? tlsErrorName(error) : "";
  return phrases[name] ?? `the TLS handshake failed${name && `: ${spellOut(name)}`}`;
}
