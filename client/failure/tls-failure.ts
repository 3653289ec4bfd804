import { tlsNameOf } from "../../lib/loop/channel.ts";
import { spellOut } from "../../lib/error-names.ts";

const untrusted = "the server's certificate is not signed by a trusted authority; give its CA with --tls-ca";
const notTls = "the server does not speak TLS; leave out --tls, or check the port";
const certificateAsked = "the server requires a client certificate; give one with --tls-cert and --tls-key";
const certificateRefused = "the server does not accept the client certificate of --tls-cert";

const phrases: Record<string, string> = {
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  WRONG_FINGERPRINT: "the server's certificate does not have the fingerprint of --tls-fingerprint",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  CERT_NOT_YET_VALID: "the server's certificate is not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the server's certificate is not for this name; give the right one with --tls-server-name",
  WRONG_VERSION_NUMBER: notTls,
  UNEXPECTED_MESSAGE: notTls,
  UNEXPECTED_RECORD: notTls,
  PACKET_LENGTH_TOO_LONG: notTls,
  ECONNRESET: "the server closed the connection during the TLS handshake",
  TLSV1_ALERT_CERTIFICATE_REQUIRED: certificateAsked,
  SSLV3_ALERT_HANDSHAKE_FAILURE: certificateAsked,
  TLSV1_ALERT_UNKNOWN_CA: certificateRefused,
  SSLV3_ALERT_BAD_CERTIFICATE: certificateRefused,
  SSLV3_ALERT_CERTIFICATE_EXPIRED: "the server says that the client certificate of --tls-cert has expired",
  SSLV3_ALERT_CERTIFICATE_UNKNOWN: certificateRefused,
  TLSV1_ALERT_PROTOCOL_VERSION: "client and server have no TLS version in common",
};

/** What the code of a connection that TLS ended means; undefined for any other code. */
export function tlsPhrase(code: string): string | undefined {
  const name = tlsNameOf(code);
  return name === undefined ? undefined : (phrases[name] ?? `TLS failed: ${spellOut(name)}`);
}
