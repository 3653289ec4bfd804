import { connectionInfo, connectionSample } from "../../lib/posix/connection-info.ts";
import { type SocketBuffers, socketBuffers } from "../../lib/posix/libc.ts";
import type { TcpInfo, TcpSample } from "../../lib/posix/tcp-info.ts";

/** What the kernel knows of one connection at the end. */
export interface KernelView {
  readonly info: TcpInfo;
  readonly buffers: SocketBuffers;
}

/** Connections sampled in one call, few enough to cause no pause in the load. */
const BATCH = 64;

/** What the sampler needs of a connection. */
interface Sampled {
  readonly sendingFd: number | undefined;
}

/** What the sampler needs of the connection pool. */
interface Pool {
  readonly all: readonly Sampled[];
}

/** Reads TCP_INFO of a thread's connections: a few at a time while the load runs, all of them at its end. */
export class KernelSampler {
  readonly #pool: Pool;
  readonly #onSample: (sample: TcpSample, retransmits: number) => void;
  readonly #retransmits = new WeakMap<Sampled, number>();
  #remaining: Iterator<Sampled> = [].values();

  /** @param onSample receives the sample and the segments retransmitted since the last sample of that connection */
  constructor(pool: Pool, onSample: (sample: TcpSample, retransmits: number) => void) {
    this.#pool = pool;
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
    for (let i = 0; i < BATCH; i++) {
      const next = this.#remaining.next();
      if (next.done) {
        this.#remaining = this.#pool.all.values();
        return;
      }
      this.#count(next.value, connectionSample(next.value.sendingFd));
    }
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
