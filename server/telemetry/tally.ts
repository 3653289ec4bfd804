/** The index of each count in its row. */
const cells = {
  connections: 0,
  peak: 1,
  rejectedAddress: 2,
  rejectedLimit: 3,
  rejectedTls: 4,
  timedOut: 5,
  errorsReset: 6,
  errorsTimeout: 7,
  errorsTls: 8,
  errorsOther: 9,
  bytesIn: 10,
  bytesOut: 11,
  eventLoopLagMs: 12,
  beats: 13,
} as const;

/**
 * What is counted. `peak` is the highest number of connections over all processes that this process has seen; `beats`
 * shows the supervisor that the process does not stand still.
 */
export type Count = keyof typeof cells;

/** Numbers in a row. */
const ROW_LENGTH = 16;

/** The counts of one server process, in memory that other processes may read. */
export class Tally {
  readonly #row: Float64Array;

  constructor(row: Float64Array = new Float64Array(ROW_LENGTH)) {
    this.#row = row;
  }

  get(count: Count): number {
    return this.#row[cells[count]] ?? 0;
  }

  set(count: Count, value: number): void {
    this.#row[cells[count]] = value;
  }

  add(count: Count, amount = 1): void {
    this.set(count, this.get(count) + amount);
  }

  /** Adds the counts of another process; of `peak` and `eventLoopLagMs` keeps the higher one. */
  include(other: Tally): void {
    for (const count of Object.keys(cells) as Count[]) {
      const isHighest = count === "peak" || count === "eventLoopLagMs";
      const [own, others] = [this.get(count), other.get(count)];
      this.set(count, isHighest ? Math.max(own, others) : own + others);
    }
  }

  /** Counts bytes that were read. This and `echoed` run for every read, so they write to the row directly. */
  received(bytes: number): void {
    (this.#row[cells.bytesIn] as number) += bytes;
  }

  /** Counts bytes that were sent. */
  echoed(bytes: number): void {
    (this.#row[cells.bytesOut] as number) += bytes;
  }
}

/** The counts of all processes of a server, in one block of memory that they may share. */
export class SharedTally {
  /** connections that each process has now */
  readonly active: Int32Array;
  readonly tallies: readonly Tally[];

  /** @param memory of `SharedTally.bytesFor(processes)` bytes, all zero at first */
  constructor(memory: ArrayBufferLike, processes: number) {
    const rowBytes = ROW_LENGTH * Float64Array.BYTES_PER_ELEMENT;
    this.tallies = Array.from(
      { length: processes },
      (_, i) => new Tally(new Float64Array(memory, i * rowBytes, ROW_LENGTH)),
    );
    this.active = new Int32Array(memory, processes * rowBytes, processes);
  }

  /** @throws RangeError when there is no such process */
  tallyOf(process: number): Tally {
    const tally = this.tallies[process];
    if (!tally) throw new RangeError(`no process ${process}`);
    return tally;
  }

  /** The bytes of memory that so many processes need. */
  static bytesFor(processes: number): number {
    return processes * (ROW_LENGTH * Float64Array.BYTES_PER_ELEMENT + Int32Array.BYTES_PER_ELEMENT);
  }
}
