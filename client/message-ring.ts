/**
 * The messages in flight of one connection, oldest first: where each ends in the connection's stream and when its
 * clock started. Lives in one block of memory with the rings of all other connections of the thread, so that no
 * message allocates.
 */
export class MessageRing {
  readonly #cells: Float64Array;
  readonly #ends: number;
  readonly #starts: number;
  readonly #capacity: number;
  #first = 0;
  #stamped = 0;
  /** Messages in flight. */
  length = 0;

  /** Numbers that `rings` rings of this capacity take. */
  static cells(rings: number, capacity: number): Float64Array {
    return new Float64Array(rings * capacity * 2);
  }

  constructor(cells: Float64Array, slot: number, capacity: number) {
    this.#cells = cells;
    this.#ends = slot * capacity * 2;
    this.#starts = this.#ends + capacity;
    this.#capacity = capacity;
  }

  #place(ordinal: number): number {
    const place = this.#first + ordinal;
    return place < this.#capacity ? place : place - this.#capacity;
  }

  /** Adds a message whose clock has not started. @param end stream position after its last byte */
  push(end: number): void {
    this.#cells[this.#ends + this.#place(this.length)] = end;
    this.length++;
  }

  /** Starts the clocks of all messages that have none yet. */
  stamp(nowNs: number): void {
    for (; this.#stamped < this.length; this.#stamped++) this.#cells[this.#starts + this.#place(this.#stamped)] = nowNs;
  }

  /** Stream position after the oldest message's last byte. Only where there is one. */
  get oldestEnd(): number {
    return this.#cells[this.#ends + this.#first] as number;
  }

  /** When the oldest message's clock started. Only where there is one. */
  get oldestStart(): number {
    return this.#cells[this.#starts + this.#first] as number;
  }

  /** Removes the oldest message. @returns when its clock started */
  shift(): number {
    const start = this.oldestStart;
    this.#first = this.#place(1);
    this.#stamped--;
    this.length--;
    return start;
  }

  clear(): void {
    this.length = 0;
    this.#stamped = 0;
  }
}
