import type { Address, Connect } from "../transport/transport.ts";
import { connectionNumber, numberInClient } from "./connection-number.ts";
import type { LoadConnection } from "../connection/load-connection.ts";
import { Turns } from "../measure/looks.ts";
import { addressOf } from "./way.ts";
import type { ThreadPlan } from "./protocol.ts";

/** Makes the connection of a slot. */
export type CreateConnection = (number: number, slot: number) => LoadConnection;

/** What it needs of a thread's plan. */
type PoolPlan = Pick<
  ThreadPlan,
  | ("slots" | "threads" | "index" | "shard" | "mode" | "ports")
  | ("sockets" | "sources" | "connectTimeoutMs" | "timeoutMs")
>;

/** The connections of a thread. Each has a slot, which another connection may take after it has closed. */
export class ConnectionPool {
  readonly #plan: PoolPlan;
  readonly #connect: Connect;
  readonly #create: CreateConnection;
  readonly #bySlot: Array<LoadConnection | undefined>;
  /** each with the function that aborts it */
  readonly #connections = new Map<LoadConnection, () => void>();
  /** slots that have something left to do, connected or not */
  readonly #active = new Set<number>();
  /** those that have no slot yet */
  readonly #attempts = new Set<LoadConnection>();
  /** where all connect to; set before the first connect */
  address: Address | undefined;
  readonly #turns: Turns;
  /** established connections: since the first slot had its turn, and of all when the last one had it */
  #openSoFar = 0;
  #open = 0;

  constructor(plan: PoolPlan, connect: Connect, create: CreateConnection) {
    this.#plan = plan;
    this.#connect = connect;
    this.#create = create;
    this.#turns = new Turns(plan.slots);
    this.#bySlot = Array.from({ length: plan.slots });
  }

  get size(): number {
    return this.#connections.size;
  }

  /** A copy of the list of all connections. */
  get all(): LoadConnection[] {
    return [...this.#connections.keys()];
  }

  at(slot: number): LoadConnection | undefined {
    return this.#bySlot[slot];
  }

  /** A copy of the list of slots that have something left to do. */
  get activeSlots(): number[] {
    return [...this.#active];
  }

  get hasActiveSlots(): boolean {
    return this.#active.size > 0;
  }

  activate(slot: number): void {
    this.#active.add(slot);
  }

  deactivate(slot: number): void {
    this.#active.delete(slot);
  }

  /** Connects a slot that has no connection. */
  connect(slot: number): void {
    if (!this.address || this.#bySlot[slot]) return;
    const connection = this.#create(connectionNumber(this.#plan, slot), slot);
    this.#bySlot[slot] = connection;
    this.#start(connection, addressOf(this.#plan, slot, this.address));
  }

  /** Starts a connection for slot 0 to an address that may not answer. It has no slot until `use`. */
  attempt(address: Address): LoadConnection {
    const connection = this.#create(connectionNumber(this.#plan, 0), 0);
    this.#attempts.add(connection);
    this.#start(connection, address);
    return connection;
  }

  /** Gives a connection its slot, unless it has closed by now. */
  use(connection: LoadConnection): void {
    this.#attempts.delete(connection);
    if (connection.isOpen) this.#bySlot[connection.slot] = connection;
  }

  #start(connection: LoadConnection, address: Address): void {
    const { sockets, sources } = this.#plan;
    const source = sources[numberInClient(this.#plan, connection.slot) % sources.length];
    this.#connections.set(connection, () => {});
    const abort = this.#connect(address, { ...sockets, source }, connection);
    // A connection may have closed before the connect returned.
    if (this.#connections.has(connection)) this.#connections.set(connection, abort);
  }

  remove(connection: LoadConnection): void {
    this.#connections.delete(connection);
    this.#attempts.delete(connection);
    if (this.#bySlot[connection.slot] === connection) this.#bySlot[connection.slot] = undefined;
  }

  /** Resets a connection or its connect, without counting a failure. */
  abort(connection: LoadConnection): void {
    const abort = this.#connections.get(connection);
    // First, so that the connection does not report what the abort leads to.
    connection.abort();
    abort?.();
  }

  /** What is in flight on all of them. */
  get inFlight(): { readonly messages: number; readonly bytes: number } {
    let messages = 0;
    let bytes = 0;
    for (const { messagesInFlight, bytesInFlight } of this.#connections.keys()) {
      messages += messagesInFlight;
      bytes += bytesInFlight;
    }
    return { messages, bytes };
  }

  /**
   * Fails connections for which something has taken too long; those that have a slot are looked at in turns.
   * @returns how many were established when all had had their turns last
   */
  checkDeadlines(nowNs: number): number {
    this.#attempts.forEach((connection) => this.#checkDeadline(connection, nowNs));
    const isRoundOver = this.#turns.take((slot) => {
      const connection = this.#bySlot[slot];
      if (connection && this.#checkDeadline(connection, nowNs)) this.#openSoFar++;
    });
    if (isRoundOver) [this.#open, this.#openSoFar] = [this.#openSoFar, 0];
    return this.#open;
  }

  /** @returns whether it is established */
  #checkDeadline(connection: LoadConnection, nowNs: number): boolean {
    const { connectTimeoutMs, timeoutMs } = this.#plan;
    // Asked for first, since a connection that fails is removed.
    const abort = this.#connections.get(connection);
    connection.checkDeadline(nowNs, connectTimeoutMs * 1e6, timeoutMs * 1e6);
    if (!connection.isOpen && !connection.isConnecting) abort?.();
    return connection.isOpen;
  }
}
