import { hostname } from "node:os";
import { isIP } from "node:net";
import type { PemIdentity } from "../../lib/pem.ts";

const DAY_MS = 86_400_000;
const VALID_DAYS = 30;

/** A clock that is a little behind shall take it too. */
const CLOCK_MARGIN_MS = 3_600_000;

/** Types of names in a certificate, RFC 5280: dNSName and iPAddress. */
const DNS_NAME = 2;
const IP_ADDRESS = 7;

const isAnyAddress = (host: string): boolean => host === "0.0.0.0" || host === "::";

/** A certificate that nobody has signed but itself, for this machine and the address listened on. */
export async function makeSelfSigned(host: string, nowMs: number): Promise<PemIdentity> {
  // Takes a while to load, and is seldom needed.
  const { generate } = await import("selfsigned");
  const names = new Set(["localhost", hostname(), "127.0.0.1", "::1", ...(isAnyAddress(host) ? [] : [host])]);
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
