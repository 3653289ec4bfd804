/** How often a load thread looks at some of its connections. */
export const LOOK_MS = 10;

/** Looks in which each connection has had its turn. */
export const LOOKS = 10;

/** How often it looks at itself. */
export const SWEEP_MS = LOOK_MS * LOOKS;

/** Goes round the slots of connections, a few at a time: a thread that looks at many at once sends late meanwhile. */
export class Turns {
  readonly #slots: number;
  readonly #atOnce: number;
  #next = 0;

  /** @param mostAtOnce more slots than that have their turns in more than `LOOKS` calls */
  constructor(slots: number, mostAtOnce = Number.POSITIVE_INFINITY) {
    this.#slots = slots;
    this.#atOnce = Math.min(mostAtOnce, Math.ceil(slots / LOOKS));
  }

  /** Looks at the next slots. @returns whether all have had their turn since the first one had its */
  take(look: (slot: number) => void): boolean {
    const end = Math.min(this.#slots, this.#next + this.#atOnce);
    for (; this.#next < end; this.#next++) look(this.#next);
    const isOver = this.#next === this.#slots;
    if (isOver) this.#next = 0;
    return isOver;
  }
}
