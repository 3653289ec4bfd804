import { asInvoked } from "../../lib/invocation.ts";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { formatEndpoint, stripBrackets } from "../../lib/address/address.ts";
import { isOneWay, type LoadMode } from "../../lib/result/load-modes.ts";
import { unlessStopped } from "../../lib/timers.ts";
import { socketPathProblem, toAsciiName, writtenHostProblem } from "../../lib/address/host.ts";
import { InterruptedError, messageOf, systemErrorCode, UnreachableError, UsageError } from "../../lib/errors.ts";
import type { Address } from "./transport.ts";
import type { Failure } from "../failure/failure.ts";

/** Finds the addresses of a name; 0 is either family. */
export type Resolve = (host: string, family: 0 | 4 | 6) => Promise<ReadonlyArray<{ address: string; family: number }>>;

const resolveWithSystem: Resolve = (host, family) => lookup(toAsciiName(host), { all: true, family });

/** The options that name the target. */
interface TargetOptions {
  readonly host: string;
  readonly port: number;
  readonly unix?: string | undefined;
  /** addresses to connect from; none leaves it to the kernel */
  readonly bind?: readonly string[];
  readonly ipv4: boolean;
  readonly ipv6: boolean;
}

/**
 * All addresses of a host, in the order the system prefers them; a numeric one is its own.
 * @throws the resolver's error
 */
export async function lookUp(
  host: string,
  port: number,
  family: 0 | 4 | 6,
  resolve: Resolve = resolveWithSystem,
): Promise<Address[]> {
  const version = isIP(host);
  const found = version === 0 ? await resolve(host, family) : [{ address: host, family: version }];
  return found.map((each) => ({ family: each.family === 6 ? "ipv6" : "ipv4", address: each.address, port }));
}

/** The family that was asked for: 0 is either. */
export const familyOf = ({ ipv4, ipv6 }: Pick<TargetOptions, "ipv4" | "ipv6">): 0 | 4 | 6 => (ipv4 ? 4 : ipv6 ? 6 : 0);

/** @throws UsageError when no machine has such a host, or it is an address of another family than was asked for */
export function checkHost(host: string, options: Pick<TargetOptions, "ipv4" | "ipv6">, label: string): void {
  const problem = writtenHostProblem(host);
  if (problem !== undefined) throw new UsageError(`${label}: ${problem}`);
  const family = familyOf(options);
  const version = isIP(host);
  if (version === 0 || family === 0 || version === family) return;
  throw new UsageError(`${label}: expected an IPv${family} address because of -${family}`);
}

/** Whether the resolver says that there is no such name, or none of that family. */
export const isUnknownName = (error: unknown): boolean => systemErrorCode(error) === "ENOTFOUND";

/** Leaves out the addresses to which no source can connect. @throws UsageError when none is left */
function reachableFrom(sources: readonly string[], addresses: readonly Address[], label: string): readonly Address[] {
  const [first] = sources;
  if (first === undefined) return addresses;
  const version = isIP(first);
  const other = sources.find((source) => isIP(source) !== version);
  if (other !== undefined) throw new UsageError(`--bind "${other}": expected an IPv${version} address, as ${first} is`);
  const reachable = addresses.filter(({ family }) => family === `ipv${version}`);
  if (reachable.length > 0) return reachable;
  throw new UsageError(`--bind "${first}": expected an IPv${version === 4 ? 6 : 4} address, as ${label} has no other`);
}

/**
 * The addresses to try, in the order the system prefers them.
 * @throws UsageError when the host is impossible, is written with a port or of the wrong family
 * @throws UnreachableError when the host has no address
 * @throws InterruptedError when it was stopped before that was known
 */
export async function resolveTarget(
  options: TargetOptions,
  stop: AbortSignal,
  resolve: Resolve = resolveWithSystem,
): Promise<readonly Address[]> {
  if (options.unix) {
    const problem = socketPathProblem(options.unix);
    if (problem !== undefined) throw new UsageError(`--unix "${options.unix}": ${problem}`);
    return [{ family: "unix", address: options.unix, port: 0 }];
  }
  const host = stripBrackets(options.host);
  const label = `--host "${options.host}"`;
  checkHost(host, options, label);
  const family = familyOf(options);
  let found: readonly Address[] | undefined;
  try {
    found = await unlessStopped(lookUp(host, options.port, family, resolve), stop);
  } catch (error) {
    const kind = family === 0 ? "address" : `IPv${family} address`;
    throw new UnreachableError(
      `${label}: ${isUnknownName(error) ? `unknown host, no ${kind} found` : messageOf(error)}`,
    );
  }
  if (!found) throw new InterruptedError(`interrupted before the addresses of "${host}" were known`);
  return reachableFrom(options.bind ?? [], found, label);
}

/** `127.0.0.1:7878`, `[::1]:7878` or the path of a socket file. */
export const formatAddress = (address: Address): string =>
  address.family === "unix" ? address.address : formatEndpoint(address.address, address.port);

const startOneWay = "does the server serve one way? start one with: bun run server --discard 7879 --chargen 7880";

const advice: Partial<Record<Failure["kind"], string>> = {
  "connect-refused": asInvoked("is the server running there? start one with: bun run server"),
  "connect-timed-out": "a firewall may drop the packets, or the host is down",
  "connect-unreachable": "no route leads there; check the address and the network",
};

/** A connect to one of a target's addresses that failed. */
interface FailedConnect {
  readonly address: Address;
  readonly failure: Pick<Failure, "kind" | "message"> | undefined;
}

/** One clear line on why no address could be connected to. @param mode of the load */
export function unreachableError(failed: readonly FailedConnect[], mode: LoadMode): UnreachableError {
  const reasons = failed.map(({ address, failure }) => `${formatAddress(address)}: ${failure?.message ?? "failed"}`);
  const first = failed[0]?.failure;
  const isServiceMissing = first?.kind === "connect-refused" && isOneWay(mode);
  const hint = isServiceMissing ? asInvoked(startOneWay) : first && advice[first.kind];
  return new UnreachableError(`could not connect to ${reasons.join("; ")}${hint ? ` (${hint})` : ""}`);
}
