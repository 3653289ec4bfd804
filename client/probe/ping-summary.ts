import { Jitter } from "../../lib/latency/jitter.ts";

/** Round trips in the terms of ping(8); nanoseconds. */
export interface RttSummary {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  /** standard deviation, which ping calls mdev */
  readonly mdev: number;
  /** RFC 3550 6.4.1 */
  readonly jitter: number;
}

/** Sums up pings without keeping them. */
export class PingSummary {
  sent = 0;
  received = 0;
  readonly #jitter = new Jitter();
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  #sum = 0;
  #sumOfSquares = 0;

  echoed(rttNs: number): void {
    this.received++;
    this.#jitter.add(rttNs);
    this.#min = Math.min(this.#min, rttNs);
    this.#max = Math.max(this.#max, rttNs);
    this.#sum += rttNs;
    this.#sumOfSquares += rttNs * rttNs;
  }

  /** 0 while nothing was sent. */
  get lossPercent(): number {
    return this.sent === 0 ? 0 : (100 * (this.sent - this.received)) / this.sent;
  }

  /** null while nothing came back */
  get rttNs(): RttSummary | null {
    if (this.received === 0) return null;
    const mean = this.#sum / this.received;
    const variance = Math.max(0, this.#sumOfSquares / this.received - mean * mean);
    const [mdev, jitter] = [Math.sqrt(variance), this.#jitter.value].map(Math.round) as [number, number];
    return { min: this.#min, mean: Math.round(mean), max: this.#max, mdev, jitter };
  }
}
