import { systemErrorCode } from "./errors.ts";

/** What BoringSSL or Bun calls a failure of TLS, such as `WRONG_VERSION_NUMBER` or `CERT_HAS_EXPIRED`. */
export function tlsErrorName(error: Error): string {
  // BoringSSL: error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER
  const routine = /^error:[0-9a-f]+:.*:(\w+)$/.exec(error.message)?.[1];
  return routine ?? systemErrorCode(error) ?? "";
}

/** A name that has no phrase of its own, as words. */
export const spellOut = (name: string): string => name.toLowerCase().replaceAll("_", " ");
