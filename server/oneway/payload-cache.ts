import { type GeneratedPayload, generatePayload } from "../../lib/payload/generated-payload.ts";
import { PayloadTable } from "../../lib/payload/payload-table.ts";

/** Different payloads at a time, each of 1 MiB. */
export const MAX_PAYLOADS = 32;

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

  /** @returns undefined when too many others are in use */
  take(key: PayloadKey): PayloadTable | undefined {
    const entry = this.#entries.get(keyOf(key)) ?? this.#add(key);
    if (entry) entry.users++;
    return entry?.table;
  }

  #add(key: PayloadKey): Entry | undefined {
    if (this.#entries.size >= MAX_PAYLOADS) {
      const [unused] = [...this.#entries].find(([, { users }]) => users === 0) ?? [];
      if (unused === undefined) return undefined;
      this.#entries.delete(unused);
    }
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
