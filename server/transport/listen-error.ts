import { systemErrorCode, messageOf, UnreachableError } from "../../lib/errors.ts";
import { formatEndpoint } from "../../lib/address/address.ts";
import type { OneWayService } from "../../lib/oneway/request.ts";
import type { ListenAddress } from "../../lib/posix/listener.ts";

/** A socket that a service manager has opened and passed to this process. */
export interface PassedSocket {
  readonly fd: number;
  /** what the manager calls it, such as `echobench.socket` */
  readonly name: string;
}

/** What a socket serves: the echo of RFC 862, or one of the two of one way. */
export type ServiceName = "echo" | OneWayService;

/** Where a server was asked to listen. */
export type ListenTarget = ListenAddress & {
  readonly service: ServiceName;
  /** the socket that already listens there */
  readonly passed?: PassedSocket | undefined;
};

/** `0.0.0.0:7878`, or the path of a socket file. */
export const endpointOf = (address: ListenAddress): string =>
  address.kind === "tcp" ? formatEndpoint(address.host, address.port) : address.path;

type TcpTarget = ListenTarget & { readonly kind: "tcp" };

function explainTcp(code: string | undefined, { host, port, service }: TcpTarget): string | undefined {
  const endpoint = formatEndpoint(host, port);
  const flag = service === "echo" ? "--port" : `--${service}`;
  switch (code) {
    case "EADDRINUSE":
      return `${endpoint}: port ${port} is already in use; choose another with ${flag} (0 picks a free one), or find its owner: ss -ltnp 'sport = :${port}'`;
    case "EACCES":
      return `${endpoint}: permission denied; ports below 1024 are privileged: choose a higher one with ${flag}, or allow it: sysctl net.ipv4.ip_unprivileged_port_start=${port}`;
    case "EADDRNOTAVAIL":
      return `${endpoint}: address not available; no interface of this machine has ${host}: see ip address, or listen on all with --host 0.0.0.0`;
    case "ENOTFOUND":
      return `--host "${host}": unknown host; expected an address of this machine or a name that resolves to one`;
    default:
      return undefined;
  }
}

function explainUnix(code: string | undefined, path: string): string | undefined {
  switch (code) {
    case "EADDRINUSE":
      return `--unix "${path}": already in use; another program listens there, or the path is no socket: choose another path`;
    case "EACCES":
      return `--unix "${path}": permission denied; choose a path in a folder you may write to`;
    case "ENOENT":
      return `--unix "${path}": no such folder`;
    default:
      return undefined;
  }
}

/** Why the server cannot listen, and the way out, as the error to end with. */
export function listenError(error: unknown, target: ListenTarget): UnreachableError {
  const code = systemErrorCode(error);
  const known = target.kind === "tcp" ? explainTcp(code, target) : explainUnix(code, target.path);
  return new UnreachableError(known ?? `cannot listen on ${endpointOf(target)}: ${code ?? messageOf(error)}`);
}
