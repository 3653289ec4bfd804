import { availableParallelism } from "node:os";
import { z } from "zod";
import { adminShape, checkAdmin } from "../lib/admin/options.ts";
import { cpuOption } from "../lib/loop/cpu-list.ts";
import { busyPollOption } from "../lib/loop/busy-poll.ts";
import { chooseEngine, type Engine } from "../lib/loop/engine.ts";
import { UsageError } from "../lib/errors.ts";
import { writtenHostProblem } from "../lib/address/host.ts";
import {
  choice,
  configFile,
  custom,
  duration,
  flag,
  integer,
  list,
  size,
  text,
  writtenFile,
} from "../lib/cli/option-kinds.ts";
import { checkSocketOptions } from "../lib/cli/socket-check.ts";
import { socketOptionShape } from "../lib/cli/socket-options.ts";
import type { Conflict } from "../lib/cli/resolve-options.ts";
import { transformNames } from "../lib/transforms/transforms.ts";
import { type AddressRange, parseAddressRange } from "./accept/allow-list.ts";
import { checkTlsOptions, tlsShape } from "./tls/tls-options.ts";

const MAX_WORKERS = 256;

function parseWorkers(workers: string): number | undefined {
  if (workers === "auto") return Math.min(availableParallelism(), MAX_WORKERS);
  const count = /^\d+$/.test(workers) ? Number(workers) : 0;
  return count >= 1 && count <= MAX_WORKERS ? count : undefined;
}

const gibibyte = 2 ** 30;

const listening = {
  host: text("ADDR", "an address or host name")
    .prefault("0.0.0.0")
    .describe("address to listen on; :: accepts IPv6 and IPv4, 127.0.0.1 this machine only"),
  port: integer("PORT", 0, 65_535).prefault(7878).describe("port to listen on; 0 picks a free one"),
  unix: text("PATH", "the path of a socket file", { file: "input" })
    .optional()
    .describe("listen on a Unix socket instead of host and port"),
  discard: integer("PORT", 0, 65_535)
    .optional()
    .describe("also serve discard (RFC 863) on this port: reads, and checks what a client asks it to check"),
  chargen: integer("PORT", 0, 65_535)
    .optional()
    .describe("also serve chargen (RFC 864) on this port: sends what a client asks for, or the pattern of the RFC"),
  workers: custom("N|auto", "an integer from 1 to 256, or auto for one per core", parseWorkers)
    .prefault(1)
    .describe("processes that share the port; one that exits is replaced; Linux only"),
  engine: choice(["auto", "epoll", "bun"])
    .prefault("auto")
    .describe("what moves the bytes: epoll through the C library (Linux, no TLS) or Bun's sockets; auto prefers epoll"),
  busyPoll: custom(busyPollOption.hint, busyPollOption.expected, busyPollOption.parse)
    .prefault("off")
    .describe(busyPollOption.summary),
  cpu: custom(cpuOption.hint, cpuOption.expected, cpuOption.parse)
    .optional()
    .describe("processors to run on, such as 0-3,6: one for each worker in turn (Linux only)"),
  backlog: integer("N", 1, 65_535).prefault(4096).describe("connections that may wait to be accepted"),
};

const echoing = {
  buffer: size(1, gibibyte, "1 GiB")
    .optional()
    .describe(
      "echo buffer per connection: unsent bytes above which reading from that peer stops (default: 1024); " +
        "when given, it is also requested as the kernel's send and receive buffer",
    ),
  sndbuf: size(1, gibibyte, "1 GiB")
    .optional()
    .describe("kernel send buffer, SO_SNDBUF (default: the kernel's autotuning)"),
  rcvbuf: size(1, gibibyte, "1 GiB")
    .optional()
    .describe("kernel receive buffer, SO_RCVBUF (default: the kernel's autotuning)"),
  noDelay: flag()
    .prefault(true)
    .describe("send small echoes at once, TCP_NODELAY; --no-delay off lets the kernel collect them"),
  transform: choice(transformNames)
    .prefault("none")
    .describe("how bytes are changed before they are echoed: uppercase changes ASCII letters"),
  keepalive: duration(0)
    .prefault("60s")
    .describe("idle time after which the kernel probes whether a peer is still there; 0 never probes"),
};

const limits = {
  maxConns: integer("N", 1)
    .optional()
    .describe(
      "connections served at once, further ones are closed on arrival (default: the descriptor limit minus a reserve)",
    ),
  idleTimeout: duration(100)
    .optional()
    .describe("close a connection when no byte has moved for this long (default: never)"),
  allow: list<AddressRange>("CIDR", "an address or a range such as 10.0.0.0/8 or fd00::/8", parseAddressRange)
    .prefault([])
    .describe("serve these addresses only; repeat the flag or separate them by commas (default: everyone)"),
  grace: duration(0).prefault("5s").describe("how long a shutdown waits for unsent echoes"),
};

const operation = {
  ...adminShape("a live page, /metrics, /stats.json and /healthz"),
  duration: duration(1).optional().describe("end after this long (default: when it is told to)"),
  once: flag()
    .prefault(false)
    .describe("end after the first test: when bytes have moved and no connection has been open for a second"),
  readyFile: writtenFile("the path of a file")
    .optional()
    .describe(
      "write the address that it listens on to FILE, as JSON, as soon as clients can connect; /dev/fd/3 is descriptor 3",
    ),
  stats: flag()
    .prefault(false)
    .describe("show live figures: on a terminal updated in place, elsewhere one line per second"),
};

const output = {
  verbose: flag().prefault(false).describe("also log every read and echo as DATA"),
  quiet: flag().prefault(false).describe("do not log CONNECT and DISCONNECT"),
  logFormat: choice(["text", "json"]).prefault("text").describe("lines for people, or one JSON object per line"),
  logFile: writtenFile("the path of a file")
    .optional()
    .describe("append the log to FILE instead of standard output, which is also -; SIGHUP reopens it"),
  config: configFile(),
};

/** The server's options, grouped by the headings of the help. */
export const serverSections = {
  Listening: listening,
  Echoing: echoing,
  Sockets: socketOptionShape,
  TLS: tlsShape,
  Limits: limits,
  Operation: operation,
  Output: output,
};

/** Options that contradict --unix: neither a Unix socket nor its peers have an address, and there is no TCP. */
export const serverConflicts: readonly Conflict[] = [
  ["unix", ["host", "port", "allow", "discard", "chargen", ...Object.keys(socketOptionShape)]],
];

/** Parses the options. */
export const serverOptions = z.object({
  ...{ ...listening, ...echoing, ...socketOptionShape },
  ...{ ...tlsShape, ...limits, ...operation, ...output },
});

/** The server's options: times in milliseconds, sizes in bytes. */
export type ServerOptions = z.output<typeof serverOptions>;

function checkHost({ host, unix }: ServerOptions): void {
  const problem = unix === undefined ? writtenHostProblem(host) : undefined;
  if (problem !== undefined) throw new UsageError(`--host "${host}": ${problem}`);
}

/** @throws UsageError when two services are to listen on the same port */
function checkPorts({ port, discard, chargen }: ServerOptions): void {
  const ports = new Map<number, string>([[port, "--port"]]);
  for (const [name, other] of [
    ["--discard", discard],
    ["--chargen", chargen],
  ] as const) {
    const taken = other === undefined || other === 0 ? undefined : ports.get(other);
    if (taken !== undefined) throw new UsageError(`${name} "${other}": expected another port than that of ${taken}`);
    if (other !== undefined) ports.set(other, name);
  }
}

const speaksTls = ({ tlsCert, tlsSelfSigned }: ServerOptions): boolean => tlsCert !== undefined || tlsSelfSigned;

/** The engine to use. @throws UsageError when epoll is requested but not available */
export const engineOf = (options: ServerOptions): Engine =>
  chooseEngine({ ...options, tls: speaksTls(options) }, "--tls-cert and --tls-self-signed");

/**
 * Rejects options that contradict each other.
 * @throws UsageError
 */
export function checkServerOptions(options: ServerOptions): void {
  if (options.verbose && options.quiet)
    throw new UsageError("--quiet: expected without --verbose, which asks for more lines");
  if (options.readyFile === "-") throw new UsageError('--ready-file "-": expected a file: standard output has the log');
  checkTlsOptions(options);
  checkAdmin(options);
  checkHost(options);
  checkPorts(options);
  engineOf(options);
  if (options.unix === undefined) checkSocketOptions(options, "server");
  if (options.workers > 1 && process.platform !== "linux") {
    throw new UsageError(
      `--workers "${options.workers}": expected Linux; elsewhere only one process can listen on a port`,
    );
  }
  if (options.workers > 1 && options.unix !== undefined) {
    throw new UsageError(
      `--workers "${options.workers}": expected without --unix, since only one process can listen on a socket file`,
    );
  }
  if (options.unix !== undefined && speaksTls(options)) {
    throw new UsageError("--tls-cert and --tls-self-signed: expected without --unix, which needs no encryption");
  }
}
