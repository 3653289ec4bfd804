import { escaped } from "../reach/outcome-text.ts";

/** Services by the first bytes they send, escaped. */
const services: ReadonlyArray<readonly [pattern: RegExp, name: string]> = [
  [/^SSH-/, "an SSH server"],
  [/^HTTP\/\d/, "an HTTP server"],
  [/^<(?:!doctype )?html/i, "an HTTP server"],
  // An alert (21) or handshake (22) record of TLS 1.0 to 1.3.
  [/^\\x1[56]\\x03\\x0[0-4]/, "a TLS server"],
  [/^220[ -].*(?:SMTP|mail)/i, "a mail server (SMTP)"],
  [/^220[ -]/, "an FTP or mail server"],
  [/^\+OK /, "a mail server (POP3)"],
  [/^\* OK /, "a mail server (IMAP)"],
  [/^-(?:ERR|NOAUTH|DENIED)\b/, "a Redis server"],
  // u24 length, u8 sequence 0, u8 protocol 10, then the version.
  [/^(?:\\x..|[ -~]){3}\\x00\\n\d+\.\d+/, "a MySQL server"],
  [/^RFB \d/, "a VNC server"],
];

/** The service that sends these bytes; undefined when it is not known. */
export const identifyService = (bytes: Uint8Array): string | undefined =>
  services.find(([pattern]) => pattern.test(escaped(bytes)))?.[1];
