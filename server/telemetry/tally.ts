/** Where each count lies in its row. */
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
} as const;

/** What is counted. `peak` is the most connections served at once, over all processes, that this one has seen. */
export type Count = keyof typeof cells;

/** Numbers of a row. */
const ROW_LENGTH = 16;

/** The counts of one process of the server, in memory that others may read. */
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

  /** Takes in what another process has counted. */
  include(other: Tally): void {
    for (const count of Object.keys(cells) as Count[]) {
      const isHighest = count === "peak" || count === "eventLoopLagMs";
      const [mine, its] = [this.get(count), other.get(count)];
      this.set(count, isHighest ? Math.max(mine, its) : mine + its);
    }
  }

  /** Counts bytes of a read. */
  received(bytes: number): void {
    (this.#row[cells.bytesIn] as number) += bytes;
  }

  /** Counts bytes of a write. */
  echoed(bytes: number): void {
    (this.#row[cells.bytesOut] as number) += bytes;
  }
}

/** What all processes of a server count, in one run of memory that they may share. */
export class SharedTally {
  /** connections that each process serves now */
  readonly places: Int32Array;
  readonly tallies: readonly Tally[];

  /** @param memory of `SharedTally.bytesFor(processes)` bytes, zero at first */
  constructor(memory: ArrayBufferLike, processes: number) {
    const rowBytes = ROW_LENGTH * Float64Array.BYTES_PER_ELEMENT;
    this.tallies = Array.from(
      { length: processes },
      (_, i) => new Tally(new Float64Array(memory, i * rowBytes, ROW_LENGTH)),
    );
    this.places = new Int32Array(memory, processes * rowBytes, processes);
  }

  /** @throws RangeError where there is no such process */
  tallyOf(process: number): Tally {
    const tally = this.tallies[process];
    if (!tally) throw new RangeError(`no process ${process}`);
    return tally;
  }

  /** Memory for so many processes. */
  static bytesFor(processes: number): number {
    return processes * (ROW_LENGTH * Float64Array.BYTES_PER_ELEMENT + Int32Array.BYTES_PER_ELEMENT);
  }
}
