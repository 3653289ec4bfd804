import { stripBrackets } from "../lib/address.ts";
import type { ServerOptions } from "./options.ts";
import type { ServerSettings } from "./server.ts";

/** The request's echo buffer, used where none is given. */
const DEFAULT_BUFFER_BYTES = 1_024;

/**
 * What the options mean to the server.
 * @param capacity connections that fit under the descriptor limit: never exceeded, whatever was asked for
 */
export function toSettings(options: ServerOptions, capacity: number): ServerSettings {
  return {
    listening: {
      target: options.unix
        ? { kind: "unix", path: options.unix }
        : { kind: "tcp", host: stripBrackets(options.host), port: options.port },
      backlog: options.backlog,
      buffers: { sndbufBytes: options.sndbuf ?? options.buffer, rcvbufBytes: options.rcvbuf ?? options.buffer },
    },
    bufferBytes: options.buffer ?? DEFAULT_BUFFER_BYTES,
    noDelay: options.noDelay,
    keepaliveMs: options.keepalive,
    maxConnections: Math.min(options.maxConns ?? capacity, capacity),
    idleTimeoutMs: options.idleTimeout,
    allow: options.allow,
  };
}
