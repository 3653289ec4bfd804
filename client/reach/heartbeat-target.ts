import { InterruptedError, UnreachableError } from "../../lib/errors.ts";
import { connectBun } from "../transport/bun-transport.ts";
import type { Address, SocketSettings, TlsSettings } from "../transport/channel.ts";
import { race } from "./happy-eyeballs.ts";
import type { LinkSettings } from "./heartbeat.ts";
import { describeOutcome } from "./outcome-text.ts";
import { reach } from "./connect-attempt.ts";
import { formatAddress, resolveTarget } from "../transport/target.ts";

/** The options that say with whom and how. Times in ms. */
interface LinkOptions extends Omit<Parameters<typeof resolveTarget>[0], "unix"> {
  readonly size: number;
  readonly timeout: number;
  readonly connectTimeout: number;
}

/** Finds the address that answers first. */
async function findAddress(
  addresses: readonly Address[],
  sockets: SocketSettings,
  connectTimeoutMs: number,
  stop: AbortSignal,
): Promise<Address> {
  const start = (address: Address) => reach(connectBun, address, sockets, connectTimeoutMs, Bun.nanoseconds, stop);
  const connects = race(addresses, start);
  const winner = await connects.winner;
  if (stop.aborted) throw new InterruptedError("interrupted before a connection stood");
  winner?.conversation.finish();
  if (winner) return winner.address;
  const attempts = await connects.attempts;
  const reasons = attempts.map(({ address, outcome }) => `${formatAddress(address)}: ${describeOutcome(outcome)}`);
  throw new UnreachableError(`could not connect to ${reasons.join("; ")}`);
}

/**
 * Settles how links are opened, and to which of the target's addresses.
 * @throws UsageError when the host is written with a port or of the wrong family
 * @throws UnreachableError when no address answers
 */
export async function prepareLinks(
  options: LinkOptions,
  tls: TlsSettings | undefined,
  stop: AbortSignal,
): Promise<LinkSettings> {
  const { size, timeout: timeoutMs, connectTimeout: connectTimeoutMs } = options;
  const plain = { sndbufBytes: undefined, rcvbufBytes: undefined, noDelay: true, source: undefined, tls: undefined };
  const sockets = { ...plain, tls };
  const addresses = await resolveTarget({ ...options, unix: undefined });
  const address = await findAddress(addresses, plain, connectTimeoutMs, stop);
  return { address, sockets, size, timeoutMs, connectTimeoutMs };
}
