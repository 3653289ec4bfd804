import { createHash, timingSafeEqual } from "node:crypto";
import { isLoopback, stripBrackets } from "../../lib/address.ts";

/** Where the admin page listens. */
export interface AdminAddress {
  readonly host: string;
  readonly port: number;
}

/** Parses `9787` (this machine only), `127.0.0.1:9787`, `[::1]:9787` or `name:9787`; undefined for anything else. */
export function parseAdminAddress(text: string): AdminAddress | undefined {
  const [, host = "127.0.0.1", portText] = /^(?:(\[[0-9a-f:.]+\]|[^\s:[\]]+):)?(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(portText ?? Number.NaN);
  return port <= 65_535 ? { host: stripBrackets(host), port } : undefined;
}

/** Whether only programs on this machine can reach the address. */
export const isLocal = ({ host }: AdminAddress): boolean => isLoopback(host);

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** The token of an Authorization header: after `Bearer`, or the password of `Basic`, which browsers send. */
function presentedToken(authorization: string): string | undefined {
  const [, scheme = "", value = ""] = /^(\S+) +(\S+)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return undefined;
  const pair = Buffer.from(value, "base64").toString();
  return pair.slice(pair.indexOf(":") + 1);
}

/** The headers that decide whether a request is admitted. */
export interface Credentials {
  readonly authorization: string | null;
  /** the Host header */
  readonly host: string | null;
}

/**
 * Decides who may see the admin page. With a token: requests that present it, compared in constant time. Without one:
 * requests whose Host header is a loopback name. The page then listens on this machine only, but a foreign web page
 * could rebind its own DNS name to this address and read the admin page in the user's browser.
 */
export function createGate(
  requiredToken: string | undefined,
): (request: Credentials) => "open" | "unauthorized" | "forbidden" {
  if (requiredToken === undefined) {
    return ({ host }) => {
      const name = stripBrackets((host ?? "").replace(/:\d+$/, ""));
      return isLoopback(name) ? "open" : "forbidden";
    };
  }
  const expected = digest(requiredToken);
  return ({ authorization }) => {
    const token = presentedToken(authorization ?? "");
    return token !== undefined && timingSafeEqual(digest(token), expected) ? "open" : "unauthorized";
  };
}
