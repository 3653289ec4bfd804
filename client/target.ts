import { asInvoked } from "../lib/invocation.ts";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { formatEndpoint, stripBrackets } from "../lib/address.ts";
import { messageOf, systemErrorCode, UnreachableError, UsageError } from "../lib/errors.ts";
import type { Address } from "./channel.ts";
import type { Failure } from "./failure.ts";
import type { ClientOptions } from "./options.ts";

/** Finds the addresses of a name; 0 is either family. */
export type Resolve = (host: string, family: 0 | 4 | 6) => Promise<ReadonlyArray<{ address: string; family: number }>>;

const resolveWithSystem: Resolve = (host, family) => lookup(host, { all: true, family });

type TargetOptions = Pick<ClientOptions, "host" | "port" | "unix" | "ipv4" | "ipv6">;

async function resolveHost(host: string, family: 0 | 4 | 6, resolve: Resolve) {
  try {
    return await resolve(host, family);
  } catch (error) {
    const kind = family === 0 ? "address" : `IPv${family} address`;
    const reason = systemErrorCode(error) === "ENOTFOUND" ? `unknown host, no ${kind} found` : messageOf(error);
    throw new UnreachableError(`--host "${host}": ${reason}`);
  }
}

/**
 * The addresses to try, in the order the system prefers them.
 * @throws UsageError when the host is written with a port or of the wrong family
 * @throws UnreachableError when the host has no address
 */
export async function resolveTarget(options: TargetOptions, resolve: Resolve = resolveWithSystem): Promise<Address[]> {
  if (options.unix) return [{ family: "unix", address: options.unix, port: 0 }];
  const host = stripBrackets(options.host);
  const version = isIP(host);
  const family = options.ipv4 ? 4 : options.ipv6 ? 6 : 0;
  if (version === 0 && host.includes(":")) {
    throw new UsageError(`--host "${options.host}": expected a host without a port; give the port with --port`);
  }
  if (version !== 0 && family !== 0 && version !== family) {
    throw new UsageError(`--host "${options.host}": expected an IPv${family} address because of -${family}`);
  }
  const found = version === 0 ? await resolveHost(host, family, resolve) : [{ address: host, family: version }];
  return found.map((each) => ({
    family: each.family === 6 ? "ipv6" : "ipv4",
    address: each.address,
    port: options.port,
  }));
}

/** `127.0.0.1:7878`, `[::1]:7878` or the path of a socket file. */
export const formatAddress = (address: Address): string =>
  address.family === "unix" ? address.address : formatEndpoint(address.address, address.port);

const advice: Partial<Record<Failure["kind"], string>> = {
  "connect-refused": asInvoked("is the server running there? start one with: bun run server"),
  "connect-timed-out": "a firewall may drop the packets, or the host is down",
  "connect-unreachable": "no route leads there; check the address and the network",
};

/** One clear line on why no address could be connected to. */
export function unreachableError(addresses: readonly Address[], failures: readonly Failure[]): UnreachableError {
  const reasons = addresses.map((address, i) => `${formatAddress(address)}: ${failures[i]?.message ?? "failed"}`);
  const first = failures[0];
  const hint = first && advice[first.kind];
  return new UnreachableError(`could not connect to ${reasons.join("; ")}${hint ? ` (${hint})` : ""}`);
}
