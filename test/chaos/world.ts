import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Identity } from "../fixtures/certificates.ts";
import type { Program } from "../fixtures/program.ts";
import { commandOf, startLeashed } from "./processes.ts";
import type { Tally } from "./tally.ts";

export type ServerName = "single" | "workers" | "tls" | "limited";

/** A server that has to survive everything. */
export interface LongServer {
  readonly name: ServerName;
  readonly program: Program;
  readonly port: number;
  /** of its admin page; ends in a slash */
  readonly adminUrl: string;
  readonly logFile: string;
}

/** Connections that may break: a time in which a fault breaks those of a server. */
export interface Disturbance {
  readonly server: ServerName;
  readonly fromMs: number;
  toMs: number;
}

/** The long-lived servers of one engine and what is known about them. */
export interface World {
  readonly engine: "epoll" | "bun";
  readonly folder: string;
  readonly servers: ReadonlyMap<ServerName, LongServer>;
  readonly tally: Tally;
  readonly disturbances: Disturbance[];
  readonly clients: Set<Program>;
  readonly caFile: string;
  /** no new fault or load after this */
  readonly stop: AbortSignal;
  /** since the start of chaos */
  readonly now: () => number;
}

/** Whether connections of a server might break for a reason in this time. */
export const wasDisturbed = ({ disturbances }: World, server: ServerName, fromMs: number, toMs: number): boolean =>
  disturbances.some((each) => each.server === server && each.fromMs <= toMs && each.toMs >= fromMs);

export const LIMITED_CONNECTIONS = 64;

const START_LIMIT_MS = 60_000;

/** Starts one of the long-lived servers. */
async function startServer(engine: string, name: ServerName, folder: string, ...args: string[]): Promise<LongServer> {
  const logFile = join(folder, `${name}.log`);
  const where = ["--host", "127.0.0.1", "--port", "0", "--admin", "127.0.0.1:0", "--log-file", logFile];
  const program = startLeashed(commandOf("server", "--engine", engine, ...where, "--quiet", ...args));
  const limit = Bun.sleep(START_LIMIT_MS).then(() => {
    throw new Error(`server ${name} did not start: ${program.stdout}${program.stderr}`);
  });
  const started = Promise.all([program.saw(/Listening on \S*:(\d+)\n/), program.saw(/Live page at (http:\S+)\n/)]);
  const [[, port], [, adminUrl = ""]] = await Promise.race([started, limit]);
  return { name, program, port: Number(port), adminUrl, logFile };
}

/** Starts the long-lived servers of an engine. */
export async function startServers(
  engine: "epoll" | "bun",
  folder: string,
  identity: Identity,
): Promise<ReadonlyMap<ServerName, LongServer>> {
  mkdirSync(folder, { recursive: true });
  const tls = ["--tls-cert", identity.certFile, "--tls-key", identity.keyFile, "--tls-handshake-timeout", "3s"];
  const servers = await Promise.all([
    startServer(engine, "single", folder),
    startServer(engine, "workers", folder, "--workers", "2"),
    startServer(engine, "limited", folder, "--max-conns", String(LIMITED_CONNECTIONS)),
    // The epoll engine has no TLS.
    ...(engine === "bun" ? [startServer(engine, "tls", folder, ...tls)] : []),
  ]);
  return new Map(servers.map((server) => [server.name, server]));
}

/** One of the long-lived servers. @throws when this engine has none of this name */
export function serverOf({ servers }: World, name: ServerName): LongServer {
  const server = servers.get(name);
  if (!server) throw new Error(`there is no server ${name}`);
  return server;
}
