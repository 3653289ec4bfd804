import { type GeneratedPayload, generatePayload } from "../../lib/payload/generated-payload.ts";
import { PayloadTable } from "../../lib/payload/payload-table.ts";

/** Different payloads at a time, each of 1 MiB. */
export const MAX_PAYLOADS = 32;

/** Each takes some ms, in which nobody else is served: so many new ones a second, and at first as many as are kept. */
const MADE_PER_SECOND = 20;

interface Entry {
  readonly table: PayloadTable;
  users: number;
}

/** Which payload. */
export interface PayloadKey {
  readonly payload: GeneratedPayload;
  readonly seed: number;
}

const keyOf = ({ payload, seed }: PayloadKey): string => `${payload} ${seed}`;

/** The payloads that connections ask for. Those of one load have the same, which is made once. */
export class PayloadCache {
  readonly #entries = new Map<string, Entry>();
  readonly #nowMs: () => number;
  #mayMake = MAX_PAYLOADS;
  #toppedUpMs: number;

  /** @param nowMs on any clock that goes on */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#toppedUpMs = nowMs();
  }

  /** @returns why not, when it is no table */
  take(key: PayloadKey): PayloadTable | string {
    const entry = this.#entries.get(keyOf(key)) ?? this.#add(key);
    if (typeof entry === "string") return entry;
    entry.users++;
    return entry.table;
  }

  #add(key: PayloadKey): Entry | string {
    const now = this.#nowMs();
    this.#mayMake = Math.min(MAX_PAYLOADS, this.#mayMake + ((now - this.#toppedUpMs) / 1_000) * MADE_PER_SECOND);
    this.#toppedUpMs = now;
    if (this.#mayMake < 1) return `${MADE_PER_SECOND} other payloads a second are made already`;
    if (this.#entries.size >= MAX_PAYLOADS) {
      const [unused] = [...this.#entries].find(([, { users }]) => users === 0) ?? [];
      if (unused === undefined) return `${MAX_PAYLOADS} other payloads are in use`;
      this.#entries.delete(unused);
    }
    this.#mayMake--;
    const entry = { table: new PayloadTable(generatePayload(key.payload, key.seed)), users: 0 };
    this.#entries.set(keyOf(key), entry);
    return entry;
  }

  /** Ends the use of what `take` returned. */
  release(key: PayloadKey): void {
    const entry = this.#entries.get(keyOf(key));
    if (entry) entry.users--;
  }
}
