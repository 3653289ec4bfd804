import { InterruptedError, UnreachableError } from "../../lib/errors.ts";
import { eventLoopTimers } from "../../lib/timers.ts";
import { connectBun } from "../transport/bun-transport.ts";
import type { Address, SocketSettings, TlsSettings } from "../transport/transport.ts";
import { connectFirst } from "../transport/happy-eyeballs.ts";
import { formatAddress, resolveTarget } from "../transport/target.ts";
import { attemptConnect, type ConnectAttempt } from "./connect-attempt.ts";
import type { HeartbeatSettings } from "./heartbeat.ts";
import { describeConnect } from "./outcome-text.ts";

/** The options that name the target and set the limits. Times in ms. */
interface TargetOptions extends Omit<Parameters<typeof resolveTarget>[0], "unix"> {
  /** bytes of a heartbeat */
  readonly size: number;
  readonly timeout: number;
  readonly connectTimeout: number;
}

const plainSockets: SocketSettings = {
  sndbufBytes: undefined,
  rcvbufBytes: undefined,
  noDelay: true,
  source: undefined,
  tls: undefined,
};

async function describeAttempt({ address, outcome }: ConnectAttempt): Promise<string> {
  return `${formatAddress(address)}: ${describeConnect(await outcome)}`;
}

/** Finds the address that connects first. */
async function findAddress(addresses: readonly Address[], timeoutMs: number, stop: AbortSignal): Promise<Address> {
  const settings = { connect: connectBun, sockets: plainSockets, timeoutMs, nowNs: Bun.nanoseconds, stop };
  const start = (address: Address): ConnectAttempt => attemptConnect(address, settings);
  const race = connectFirst(addresses, start, { timers: eventLoopTimers, stop });
  const winner = await race.winner;
  if (stop.aborted) throw new InterruptedError("interrupted before a connection was open");
  winner?.close();
  if (winner) return winner.address;
  const reasons = await Promise.all((await race.attempts).map(describeAttempt));
  throw new UnreachableError(`could not connect to ${reasons.join("; ")}`);
}

/**
 * Finds the address of the target that heartbeat connections use.
 * @param tls settings of the heartbeat connections
 * @throws UsageError when the host is written with a port or of the wrong family
 * @throws UnreachableError when no address can be connected to
 * @throws InterruptedError when it was stopped before
 */
export async function findHeartbeatTarget(
  options: TargetOptions,
  tls: TlsSettings | undefined,
  stop: AbortSignal,
): Promise<HeartbeatSettings> {
  const { size, timeout: timeoutMs, connectTimeout: connectTimeoutMs } = options;
  const addresses = await resolveTarget({ ...options, unix: undefined }, stop);
  const address = await findAddress(addresses, connectTimeoutMs, stop);
  return { address, sockets: { ...plainSockets, tls }, size, timeoutMs, connectTimeoutMs };
}
