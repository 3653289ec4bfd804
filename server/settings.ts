import { stripBrackets } from "../lib/address.ts";
import type { ServerIdentity } from "./tls/identity.ts";
import type { ListenTarget } from "./transport/listen-error.ts";
import type { ServerOptions } from "./options.ts";
import { reservePort } from "./transport/reserve-port.ts";
import type { ServerSettings } from "./echo/server.ts";
import { hasCertificateFiles } from "./tls/tls-options.ts";

/** The request's echo buffer, used where none is given. */
const DEFAULT_BUFFER_BYTES = 1_024;

/** Where the options want the server to listen. */
const toTarget = ({ unix, host, port }: ServerOptions): ListenTarget =>
  unix ? { kind: "unix", path: unix } : { kind: "tcp", host: stripBrackets(host), port };

/** Whether another listener will want the port while this one has it. */
const willShare = (options: ServerOptions): boolean =>
  process.platform === "linux" && (options.workers > 1 || hasCertificateFiles(options));

/**
 * What the options mean to the server.
 * @throws UnreachableError when the port is to be shared, and somebody else has it
 */
export async function prepareSettings(
  options: ServerOptions,
  identity: ServerIdentity | undefined,
): Promise<ServerSettings> {
  const target = toTarget(options);
  const sharesPort = willShare(options);
  return {
    listening: {
      target: sharesPort && target.kind === "tcp" ? await reservePort(target) : target,
      identity,
      sharesPort,
      backlog: options.backlog,
      noDelay: options.noDelay,
      keepaliveMs: options.keepalive,
      buffers: { sndbufBytes: options.sndbuf ?? options.buffer, rcvbufBytes: options.rcvbuf ?? options.buffer },
    },
    bufferBytes: options.buffer ?? DEFAULT_BUFFER_BYTES,
    idleTimeoutMs: options.idleTimeout,
    handshakeTimeoutMs: options.tlsHandshakeTimeout,
    transform: options.transform,
    allow: options.allow,
  };
}
