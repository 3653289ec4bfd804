import { isIP } from "node:net";
import { isLoopback, stripBrackets } from "../address/address.ts";
import { ValueError } from "../errors.ts";
import { writtenHostProblem } from "../address/host.ts";

/** Where the admin page listens. */
export interface AdminAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Parses `9787` (this machine only), `127.0.0.1:9787`, `[::1]:9787` or `name:9787`; undefined for anything else.
 * @throws ValueError for a host or a port that there cannot be
 */
export function parseAdminAddress(text: string): AdminAddress | undefined {
  const pattern = /^(?:(\[[0-9a-f:.]+(?:%[\w.-]+)?\]|[^\s:[\]%/@?#]+):)?(\d+)$/i;
  const [, host = "127.0.0.1", portText] = pattern.exec(text) ?? [];
  if (portText === undefined) return undefined;
  const port = Number(portText);
  const problem =
    port > 65_535
      ? "expected a port from 0 to 65535"
      : isIP(stripBrackets(host)) === 0
        ? writtenHostProblem(host)
        : undefined;
  if (problem !== undefined) throw new ValueError(problem);
  return { host: stripBrackets(host), port };
}

/** Whether only programs on this machine can reach the address. */
export const isLocal = ({ host }: AdminAddress): boolean => isLoopback(host);
