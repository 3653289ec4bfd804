import { hostname } from "node:os";
import { isIP } from "node:net";
import { isUnspecified } from "../../lib/address/address.ts";
import type { PemIdentity } from "../../lib/files/pem.ts";

const DAY_MS = 86_400_000;
const VALID_DAYS = 30;

/** The certificate is valid a little earlier, for clients whose clock is behind. */
const CLOCK_MARGIN_MS = 3_600_000;

/** Tags of dNSName and iPAddress in a certificate's GeneralName, RFC 5280 section 4.2.1.6. */
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** Makes a self-signed certificate for the names of this machine and the hosts that the server listens on. */
export async function makeSelfSigned(hosts: readonly string[], nowMs: number): Promise<PemIdentity> {
  // Imported on use: it loads slowly and is rarely needed.
  const { generate } = await import("selfsigned");
  const own = hosts.filter((host) => !isUnspecified(host));
  const names = new Set(["localhost", hostname(), "127.0.0.1", "::1", ...own]);
  const altNames = [...names].map((name) =>
    isIP(name) === 0 ? { type: DNS_NAME as 2, value: name } : { type: IP_ADDRESS as 7, ip: name },
  );
  const made = await generate([{ name: "commonName", value: hostname() }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(nowMs - CLOCK_MARGIN_MS),
    notAfterDate: new Date(nowMs + VALID_DAYS * DAY_MS),
    extensions: [{ name: "subjectAltName", altNames }],
  });
  return { cert: made.cert, key: made.private };
}
