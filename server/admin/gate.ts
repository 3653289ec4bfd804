import { createHash, timingSafeEqual } from "node:crypto";
import { isLoopback, stripBrackets } from "../../lib/address.ts";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** The secret that a request shows: `Bearer TOKEN`, or as the password of any user, which is what browsers ask for. */
function shownToken(authorization: string): string | undefined {
  const [, scheme = "", value = ""] = /^(\S+) +(\S+)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return undefined;
  const pair = Buffer.from(value, "base64").toString();
  return pair.slice(pair.indexOf(":") + 1);
}

/** What a request needs so that it is let in. */
export interface Credentials {
  readonly authorization: string | null;
  /** the Host header */
  readonly host: string | null;
}

/**
 * Decides who may see. With a token, whoever shows it; the comparison takes as long wherever they differ. Without one
 * the page is for this machine only, and a request has to name it so: else a web page whose name was pointed here could
 * read it in the user's browser.
 */
export function createGate(token: string | undefined): (request: Credentials) => "open" | "unauthorized" | "forbidden" {
  if (token === undefined) {
    return ({ host }) => {
      const name = stripBrackets((host ?? "").replace(/:\d+$/, ""));
      return isLoopback(name) ? "open" : "forbidden";
    };
  }
  const expected = digest(token);
  return ({ authorization }) => {
    const shown = shownToken(authorization ?? "");
    return shown !== undefined && timingSafeEqual(digest(shown), expected) ? "open" : "unauthorized";
  };
}
