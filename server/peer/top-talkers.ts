import type { Peer } from "./peer.ts";

/** A connected peer and what it moves. */
export interface Talker {
  readonly client: string;
  readonly connectedMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** both ways, since the look before */
  readonly bytesPerSecond: number;
}

/** How many are told of. */
export const TOP_TALKERS = 10;

/** Whoever moves most first; of those who move nothing, whoever moved most. */
export const byTraffic = (a: Talker, b: Talker): number =>
  b.bytesPerSecond - a.bytesPerSecond || b.bytesIn + b.bytesOut - (a.bytesIn + a.bytesOut);

/** Looks at all peers now and again, and finds those that move most. */
export class TopTalkers {
  readonly #seen = new WeakMap<Peer, number>();
  #lastMs: number;

  constructor(nowMs: number) {
    this.#lastMs = nowMs;
  }

  /** @returns the top talkers, the first one moves most */
  look(peers: Iterable<Peer>, nowMs: number): Talker[] {
    const seconds = Math.max(nowMs - this.#lastMs, 1) / 1_000;
    this.#lastMs = nowMs;
    const talkers: Talker[] = [];
    for (const peer of peers) {
      const { rxBytes: bytesIn, txBytes: bytesOut } = peer;
      const bytesPerSecond = (bytesIn + bytesOut - (this.#seen.get(peer) ?? 0)) / seconds;
      this.#seen.set(peer, bytesIn + bytesOut);
      talkers.push({
        client: peer.name,
        connectedMs: nowMs - peer.connectedAtMs,
        bytesIn,
        bytesOut,
        bytesPerSecond,
      });
    }
    return talkers.toSorted(byTraffic).slice(0, TOP_TALKERS);
  }
}
