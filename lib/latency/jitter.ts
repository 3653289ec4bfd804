/**
 * Interarrival jitter of RFC 3550 6.4.1, over round trips: J += (|D| - J) / 16, D being the difference between one
 * round trip and the next.
 */
export class Jitter {
  /** 0 before the second round trip; in the unit of the round trips */
  value = 0;
  #last = -1;

  add(rtt: number): void {
    if (this.#last >= 0) this.value += (Math.abs(rtt - this.#last) - this.value) / 16;
    this.#last = rtt;
  }
}
