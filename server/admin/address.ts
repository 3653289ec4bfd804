import { isLoopback, stripBrackets } from "../../lib/address.ts";

/** Where the admin page listens. */
export interface AdminAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads `9787`, which means this machine only, `127.0.0.1:9787`, `[::1]:9787` or `name:9787`; undefined for anything else. */
export function parseAdminAddress(text: string): AdminAddress | undefined {
  const [, host = "127.0.0.1", portText] = /^(?:(\[[0-9a-f:.]+\]|[^\s:[\]]+):)?(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(portText ?? Number.NaN);
  return port <= 65_535 ? { host: stripBrackets(host), port } : undefined;
}

/** Whether only programs on this machine can reach it. */
export const isLocal = ({ host }: AdminAddress): boolean => isLoopback(host);
