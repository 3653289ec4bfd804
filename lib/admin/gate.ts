import { createHash, timingSafeEqual } from "node:crypto";
import { isLoopback, stripBrackets } from "../address/address.ts";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** The token of an Authorization header: after `Bearer`, or the password of `Basic`, which browsers send. */
function presentedToken(authorization: string): string | undefined {
  const [, scheme = "", value = ""] = /^(\S+) +(\S+)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return undefined;
  const pair = Buffer.from(value, "base64").toString();
  return pair.slice(pair.indexOf(":") + 1);
}

/** What of a request decides whether it is admitted. */
export interface RequestHead {
  readonly method: string;
  /** as it was sent: `/metrics`, or `http://127.0.0.1:9787/metrics` as a proxy is asked */
  readonly target: string;
  /** names in lower case, in the order in which they were sent, repeated ones too */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
}

/** What the gate says of a request: a status with its reason, or the path that may be served. */
export type Admission =
  | { readonly status: 200; readonly path: string }
  | { readonly status: 400 | 401 | 403 | 405; readonly reason: string };

/** The host of `localhost:9787`, `127.0.0.1` or `[::1]:9787`; undefined when it is no host with a port. */
const hostOf = (authority: string): string | undefined =>
  /^(\[[0-9a-f:.]+\]|[^\s:[\]/@?#\\%]+)(?::\d{0,5})?$/i.exec(authority)?.[1];

/** Where a request is for: the authorities that it names, and its path; undefined when it is malformed. */
function readTarget({ target, headers }: RequestHead): { authorities: readonly string[]; path: string } | undefined {
  const hosts = headers.filter(([name]) => name === "host").map(([, value]) => value);
  const [, authority, path = ""] = /^(?:http:\/\/([^/?#]*))?(\/[^?#\s]*)?(?:\?[^#\s]*)?$/i.exec(target) ?? [];
  if (hosts.length !== 1 || (authority === undefined && path === "")) return undefined;
  return { authorities: authority === undefined ? hosts : [...hosts, authority], path: path || "/" };
}

/** Whether a page of another site makes the request. A link that the user follows does, and is no danger. */
function isForeign({ headers }: RequestHead, host: string): boolean {
  const values = (name: string): string[] => headers.filter(([each]) => each === name).map(([, value]) => value);
  const isOwn = (origin: string): boolean => origin.toLowerCase() === `http://${host}`.toLowerCase();
  if (!values("origin").every(isOwn)) return true;
  const isNavigation = values("sec-fetch-mode").every((mode) => mode === "navigate");
  return !isNavigation && !values("sec-fetch-site").every((site) => site === "same-origin" || site === "none");
}

/** Paths that need no token: health checks have none, and learn only whether the server is serving. */
const tokenless = new Set(["/healthz"]);

/**
 * Decides who may see the admin page. With a token: requests that present it, compared in constant time. Without one:
 * requests for a loopback host. The page then listens on this machine only, but a foreign web page could rebind its own
 * DNS name to this address and read the admin page in the user's browser. The token is never taken from the URL, which
 * logs, histories and referrers keep.
 */
export function createGate(requiredToken: string | undefined): (request: RequestHead) => Admission {
  const expected = requiredToken === undefined ? undefined : digest(requiredToken);
  const isAuthorized = (request: RequestHead): boolean => {
    const values = request.headers.filter(([name]) => name === "authorization").map(([, value]) => value);
    const token = values.length === 1 ? presentedToken(values[0] ?? "") : undefined;
    return token !== undefined && expected !== undefined && timingSafeEqual(digest(token), expected);
  };
  return (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return { status: 405, reason: "GET only" };
    const wanted = readTarget(request);
    const hosts = wanted?.authorities.map(hostOf) ?? [];
    if (!wanted || hosts.includes(undefined)) {
      return { status: 400, reason: "expected a path, and one Host header with a valid host" };
    }
    const { authorities, path } = wanted;
    if (expected === undefined && !hosts.every((host = "") => isLoopback(stripBrackets(host)))) {
      return { status: 403, reason: "use an address of this machine, such as 127.0.0.1 or localhost" };
    }
    if (isForeign(request, authorities[0] ?? "")) {
      return { status: 403, reason: "a page of another site may not read this" };
    }
    if (expected !== undefined && !tokenless.has(path) && !isAuthorized(request)) {
      return { status: 401, reason: "the token given by --admin-token is required" };
    }
    return { status: 200, path };
  };
}
