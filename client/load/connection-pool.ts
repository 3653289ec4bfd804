import type { Address, Connect } from "../transport/channel.ts";
import type { ConnectionContext } from "./connection-context.ts";
import { EchoConnection } from "./connection.ts";
import type { ThreadPlan } from "./protocol.ts";

/** Threads take connections in turn, so that each has its even part of an open loop's schedule. */
export const connectionNumber = ({ threads, index }: ThreadPlan, slot: number): number => slot * threads + index;

/** The connections of a thread. Each has a slot; when it has gone, another may take the slot. */
export class ConnectionPool {
  readonly #plan: ThreadPlan;
  readonly #connect: Connect;
  readonly #context: ConnectionContext;
  readonly #bySlot: Array<EchoConnection | undefined>;
  /** with what gives each of them up */
  readonly #connections = new Map<EchoConnection, () => void>();
  /** where all connect to; to be set before the first is dialled */
  address: Address | undefined;

  constructor(plan: ThreadPlan, connect: Connect, context: ConnectionContext) {
    this.#plan = plan;
    this.#connect = connect;
    this.#context = context;
    this.#bySlot = Array.from({ length: plan.slots });
  }

  get size(): number {
    return this.#connections.size;
  }

  /** All there are now; the roster may change while they are gone through. */
  get all(): EchoConnection[] {
    return [...this.#connections.keys()];
  }

  at(slot: number): EchoConnection | undefined {
    return this.#bySlot[slot];
  }

  dial(slot: number): void {
    if (!this.address) return;
    const { sockets, sources } = this.#plan;
    const connection = new EchoConnection(this.#context, connectionNumber(this.#plan, slot), slot);
    const source = sources[connection.number % sources.length];
    this.#bySlot[slot] = connection;
    this.#connections.set(connection, this.#connect(this.address, { ...sockets, source }, connection));
  }

  remove(connection: EchoConnection): void {
    this.#connections.delete(connection);
    this.#bySlot[connection.slot] = undefined;
  }

  /** Drops a connection, or the attempt at one. */
  giveUp(connection: EchoConnection): void {
    const giveUp = this.#connections.get(connection);
    // First, so that it does not take what giving up leads to for a failure.
    connection.abandon();
    giveUp?.();
  }

  /** What is in flight on all of them. */
  get inFlight(): { readonly messages: number; readonly bytes: number } {
    let messages = 0;
    let bytes = 0;
    for (const { traffic, bytesInFlight } of this.#connections.keys()) {
      messages += traffic.messagesInFlight;
      bytes += bytesInFlight;
    }
    return { messages, bytes };
  }

  /** Gives up what has taken too long. */
  checkDeadlines(nowNs: number): void {
    const { connectTimeoutMs, timeoutMs } = this.#plan;
    for (const [connection, giveUp] of [...this.#connections]) {
      connection.checkDeadline(nowNs, connectTimeoutMs * 1e6, timeoutMs * 1e6);
      if (!connection.isConnecting && !connection.isOpen) giveUp();
    }
  }
}
