import { isLoopback, stripBrackets } from "../../lib/address.ts";

/** Where the admin page listens. */
export interface AdminAddress {
  readonly host: string;
  readonly port: number;
}

/** Parses `9787` (this machine only), `127.0.0.1:9787`, `[::1]:9787` or `name:9787`; undefined for anything else. */
export function parseAdminAddress(text: string): AdminAddress | undefined {
  const pattern = /^(?:(\[[0-9a-f:.]+(?:%[\w.-]+)?\]|[^\s:[\]%/@?#]+):)?(\d{1,5})$/i;
  const [, host = "127.0.0.1", portText] = pattern.exec(text) ?? [];
  const port = Number(portText ?? Number.NaN);
  return port <= 65_535 ? { host: stripBrackets(host), port } : undefined;
}

/** Whether only programs on this machine can reach the address. */
export const isLocal = ({ host }: AdminAddress): boolean => isLoopback(host);
