const COLUMNS = 4;

/**
 * The messages in flight of one connection, oldest first: where each ends in the connection's stream, when it was due,
 * since when there was room for it and when it was offered. Lives in one block of memory with the rings of all other
 * connections of the thread, so that no message allocates.
 */
export class MessageRing {
  readonly #cells: Float64Array;
  readonly #ends: number;
  readonly #dues: number;
  readonly #rooms: number;
  readonly #offers: number;
  readonly #capacity: number;
  #first = 0;
  #offered = 0;
  /** Messages in flight. */
  length = 0;

  /** Numbers that `rings` rings of this capacity take. */
  static cells(rings: number, capacity: number): Float64Array {
    return new Float64Array(rings * capacity * COLUMNS);
  }

  constructor(cells: Float64Array, slot: number, capacity: number) {
    this.#cells = cells;
    this.#ends = slot * capacity * COLUMNS;
    this.#dues = this.#ends + capacity;
    this.#rooms = this.#dues + capacity;
    this.#offers = this.#rooms + capacity;
    this.#capacity = capacity;
  }

  #place(ordinal: number): number {
    const place = this.#first + ordinal;
    return place < this.#capacity ? place : place - this.#capacity;
  }

  /** Adds a message that has not been offered yet. @param end stream position after its last byte */
  push(end: number, dueNs: number): void {
    const place = this.#place(this.length);
    this.#cells[this.#ends + place] = end;
    this.#cells[this.#dues + place] = dueNs;
    this.length++;
  }

  /** All messages that were not offered before are offered now. @param writableSinceNs since when the socket takes bytes */
  offer(nowNs: number, writableSinceNs: number): void {
    for (; this.#offered < this.length; this.#offered++) {
      const place = this.#place(this.#offered);
      this.#cells[this.#offers + place] = nowNs;
      // The place has kept when the message before it came back.
      const room = this.#rooms + place;
      if ((this.#cells[room] as number) < writableSinceNs) this.#cells[room] = writableSinceNs;
    }
  }

  /** Stream position after the oldest message's last byte. Only where there is one. */
  get oldestEnd(): number {
    return this.#cells[this.#ends + this.#first] as number;
  }

  /** When the oldest message was due. Only where there is one. */
  get oldestDue(): number {
    return this.#cells[this.#dues + this.#first] as number;
  }

  /** When the oldest message was offered. Only where there is one that was. */
  get oldestOffer(): number {
    return this.#cells[this.#offers + this.#first] as number;
  }

  /** Since when there was room for the oldest message: in the window and in the socket. Only where there is one that was offered. */
  get oldestRoom(): number {
    return this.#cells[this.#rooms + this.#first] as number;
  }

  /** Removes the oldest message, which has come back. @param roomSinceNs since when there is room for another one */
  shift(roomSinceNs: number): void {
    this.#cells[this.#rooms + this.#first] = roomSinceNs;
    this.#first = this.#place(1);
    this.#offered--;
    this.length--;
  }
}
