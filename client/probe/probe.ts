import { messageOf } from "../../lib/errors.ts";
import { congestionControl } from "../../lib/posix/libc.ts";
import { eventLoopTimers, sleep, unlessStopped } from "../../lib/timers.ts";
import type { Address, Connect, SocketSettings } from "../transport/transport.ts";
import { connectAll, type ConnectRace } from "../transport/happy-eyeballs.ts";
import { isUnknownName, lookUp } from "../transport/target.ts";
import { attemptConnect, type AttemptResult, type ConnectAttempt } from "../reach/connect-attempt.ts";
import { describeClose, printable } from "../reach/outcome-text.ts";
import { createPingMessages } from "../reach/ping-message.ts";
import type { PingConnection, PingOutcome } from "../reach/ping-connection.ts";
import { PingSummary } from "./ping-summary.ts";
import type { TargetReport } from "./result.ts";
import { type Findings, toReport } from "./target-report.ts";
import type { Target } from "./targets.ts";
import {
  connectVerdict,
  echoingVerdict,
  firstEchoVerdict,
  nameVerdict,
  tlsVerdict,
  unstableVerdict,
  type Verdict,
} from "./verdict.ts";

/** How targets are probed. Times in ms. */
export interface ProbeSettings {
  /** addresses to use; 0 is either family */
  readonly family: 0 | 4 | 6;
  readonly count: number;
  readonly everyMs: number;
  /** bytes of a ping */
  readonly size: number;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly sockets: (target: Target) => SocketSettings;
  /** the echo of these bytes */
  readonly transform: (bytes: Uint8Array) => Uint8Array;
}

/** What a probe needs from outside. */
export interface ProbeWorld {
  readonly connect: Connect;
  /** monotonic */
  readonly nowNs: () => number;
  /** ends the probe with what was found so far */
  readonly stop: AbortSignal;
  onPing(target: Target, sequence: number, outcome: PingOutcome): void;
}

/** A line that most servers of other kinds answer too, and that is different each time. */
const createFirstMessage = (): Uint8Array => Buffer.from(`echobench probe ${crypto.randomUUID()}\r\n\r\n`);

function pathOf({ fd, tcpInfo }: PingConnection): TargetReport["path"] {
  if (fd === undefined || !tcpInfo) return null;
  const { sndMss, pathMtuBytes, rttUs, rttVarianceUs, minRttUs, retransmits } = tcpInfo;
  return {
    ...{ sndMss, pathMtuBytes, rttUs, rttVarianceUs, minRttUs, retransmits },
    congestionControl: congestionControl(fd) ?? null,
  };
}

/** The verdict on a target to which no connect succeeded: that of the first failure. */
function failureVerdict(results: readonly AttemptResult[]): Verdict {
  const failure = results.map(({ outcome }) => outcome).find((outcome) => outcome.kind !== "open");
  if (!failure) throw new Error("expected a connect that failed");
  return connectVerdict(failure);
}

/** The probe of one target: resolves its name, connects, and exchanges messages. */
class TargetProbe {
  readonly #target: Target;
  readonly #settings: ProbeSettings;
  readonly #world: ProbeWorld;
  readonly #sockets: SocketSettings;
  readonly #findings: Findings = {
    ...{ resolve: { tookNs: 0, addresses: [] }, tls: null, firstEchoNs: null, heard: null, path: null },
    ...{ address: undefined, closeProblem: undefined, pings: new PingSummary() },
  };

  constructor(target: Target, settings: ProbeSettings, world: ProbeWorld) {
    this.#target = target;
    this.#settings = settings;
    this.#world = world;
    this.#sockets = settings.sockets(target);
  }

  async run(): Promise<TargetReport | undefined> {
    const { nowNs, stop } = this.#world;
    const startNs = nowNs();
    let addresses: readonly Address[] | undefined;
    try {
      const { host, port } = this.#target;
      addresses = await unlessStopped(lookUp(host, port, this.#settings.family), stop);
    } catch (error) {
      this.#findings.resolve = { tookNs: nowNs() - startNs, addresses: [] };
      const problem = isUnknownName(error) ? undefined : messageOf(error);
      return this.#report(nameVerdict(this.#target.host, problem), []);
    }
    if (!addresses) return undefined;
    this.#findings.resolve = { tookNs: nowNs() - startNs, addresses: addresses.map(({ address }) => address) };
    const start = (address: Address): ConnectAttempt => this.#connect(address, { ...this.#sockets, tls: undefined });
    const race = connectAll(addresses, start, { timers: eventLoopTimers, stop });
    const verdict = await this.#examine(race);
    const results = await this.#resultsOf(race);
    const isUnclear = stop.aborted && this.#findings.firstEchoNs === null;
    return isUnclear ? undefined : this.#report(verdict ?? failureVerdict(results), results);
  }

  #report(verdict: Verdict, results: readonly AttemptResult[]): TargetReport {
    return toReport(this.#target, verdict, results, this.#findings);
  }

  #connect(address: Address, sockets: SocketSettings): ConnectAttempt {
    const { connect, nowNs, stop } = this.#world;
    return attemptConnect(address, { connect, sockets, timeoutMs: this.#settings.connectTimeoutMs, nowNs, stop });
  }

  async #resultsOf({ attempts }: ConnectRace<ConnectAttempt>): Promise<readonly AttemptResult[]> {
    const all = await attempts;
    return Promise.all(all.map(async ({ address, outcome }) => ({ address, outcome: await outcome })));
  }

  /** Exchanges messages with the address that connects first. @returns undefined when none does */
  async #examine({ winner }: ConnectRace<ConnectAttempt>): Promise<Verdict | undefined> {
    const first = await winner;
    const outcome = await first?.outcome;
    if (!first || outcome?.kind !== "open") return undefined;
    this.#findings.address = first.address;
    const opened = await this.#open(first, outcome.tookNs);
    if ("kind" in opened) return opened;
    const verdict = await this.#exchange(opened);
    this.#findings.path = pathOf(opened);
    const { timeoutMs } = this.#settings;
    if (verdict.kind !== "echoing") opened.shutdown();
    else this.#findings.closeProblem = describeClose(await opened.close(timeoutMs, this.#world.stop), timeoutMs);
    return verdict;
  }

  /** Opens the connection for the messages: the winner of the race, or with TLS another one to the same address. */
  async #open(winner: ConnectAttempt, connectNs: number): Promise<PingConnection | Verdict> {
    if (!this.#sockets.tls) return winner.connection;
    winner.close();
    const { connection, outcome } = this.#connect(winner.address, this.#sockets);
    const ended = await outcome;
    if (ended.kind === "failed") return tlsVerdict(ended.code);
    if (ended.kind === "filtered") return tlsVerdict("TLS_HANDSHAKE_TIMED_OUT");
    if (ended.kind !== "open") return connectVerdict(ended);
    const session = connection.session;
    if (session) this.#findings.tls = { handshakeNs: Math.max(0, ended.tookNs - connectNs), session };
    return connection;
  }

  async #exchange(connection: PingConnection): Promise<Verdict> {
    const { transform, timeoutMs } = this.#settings;
    const message = createFirstMessage();
    const echo = transform(message);
    const first = await connection.ping(message, echo, timeoutMs);
    if (first.kind !== "echoed") {
      if (first.received.length > 0) this.#findings.heard = printable(first.received);
      return firstEchoVerdict(first, echo, timeoutMs);
    }
    this.#findings.firstEchoNs = first.rttNs;
    return this.#ping(connection);
  }

  /** Sends pings until all are sent, or one does not come back. */
  async #ping(connection: PingConnection): Promise<Verdict> {
    const { count, everyMs, size, timeoutMs, transform } = this.#settings;
    const { nowNs, stop, onPing } = this.#world;
    const { pings } = this.#findings;
    const firstNs = nowNs();
    const nextMessage = createPingMessages(size);
    for (let sequence = 1; sequence <= count && !stop.aborted; sequence++) {
      const message = nextMessage();
      const outcome = await connection.ping(message, transform(message), timeoutMs);
      // A ping that the user interrupted says nothing about the target.
      if (outcome.kind !== "echoed" && stop.aborted) break;
      pings.sent++;
      onPing(this.#target, sequence, outcome);
      if (outcome.kind !== "echoed") return unstableVerdict(outcome, timeoutMs);
      pings.echoed(outcome.rttNs);
      const waitMs = everyMs * sequence - (nowNs() - firstNs) / 1e6;
      if (sequence < count && waitMs > 0) await sleep(waitMs, stop);
    }
    return echoingVerdict();
  }
}

/**
 * Finds out whether a target can be reached and echoes, and if not, why.
 * @returns undefined when the probe was stopped before that was known
 */
export const probe = (target: Target, settings: ProbeSettings, world: ProbeWorld): Promise<TargetReport | undefined> =>
  new TargetProbe(target, settings, world).run();
