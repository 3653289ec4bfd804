import { connectionInfo, connectionSample } from "../../lib/posix/connection-info.ts";
import { type SocketBuffers, socketBuffers } from "../../lib/posix/libc.ts";
import type { TcpInfo, TcpSample } from "../../lib/posix/tcp-info.ts";
import { Turns } from "./looks.ts";

/** What the kernel knows of one connection at the end. */
export interface KernelView {
  readonly info: TcpInfo;
  readonly buffers: SocketBuffers;
}

/** Connections that one look samples at most, few enough to cause no pause in the load. */
const SAMPLES_AT_ONCE = 6;

/** What the sampler needs of a connection. */
interface Sampled {
  readonly sendingFd: number | undefined;
}

/** What the sampler needs of the connection pool. */
interface Pool {
  readonly all: readonly Sampled[];
  /** slots are counted from 0 */
  readonly slots: number;
  at(slot: number): Sampled | undefined;
}

/** Reads TCP_INFO of a thread's connections: a few at a time while the load runs, all of them at its end. */
export class KernelSampler {
  readonly #pool: Pool;
  readonly #onSample: (sample: TcpSample, retransmits: number) => void;
  readonly #retransmits = new WeakMap<Sampled, number>();
  readonly #turns: Turns;

  /** @param onSample receives the sample and the segments retransmitted since the last sample of that connection */
  constructor(pool: Pool, onSample: (sample: TcpSample, retransmits: number) => void) {
    this.#pool = pool;
    this.#turns = new Turns(pool.slots, SAMPLES_AT_ONCE);
    this.#onSample = onSample;
  }

  #count(connection: Sampled, sample: TcpSample | undefined): void {
    if (!sample) return;
    const added = sample.retransmits - (this.#retransmits.get(connection) ?? 0);
    if (added > 0) this.#retransmits.set(connection, sample.retransmits);
    this.#onSample(sample, added);
  }

  /** Samples the next few connections, and begins again after the last one. */
  sampleSome(): void {
    this.#turns.take((slot) => {
      const connection = this.#pool.at(slot);
      if (connection) this.#count(connection, connectionSample(connection.sendingFd));
    });
  }

  /** Samples all connections. */
  sampleAll(): KernelView[] {
    return this.#pool.all.flatMap((connection) => {
      const info = connectionInfo(connection.sendingFd);
      this.#count(connection, info);
      return info && connection.sendingFd !== undefined ? [{ info, buffers: socketBuffers(connection.sendingFd) }] : [];
    });
  }
}
