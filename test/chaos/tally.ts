/** What the verifying clients of an engine have counted. */
export interface Traffic {
  readonly bytesVerified: number;
  readonly messages: number;
  readonly connections: number;
}

/** How often a fault was injected, and how often everything was right afterwards. */
export interface FaultCount {
  readonly injected: number;
  readonly survived: number;
}

/** Something that was not as it has to be. */
export interface ChaosFailure {
  readonly engine: string;
  /** of a fault or of a load */
  readonly name: string;
  readonly seed: number;
  /** since the start */
  readonly atMs: number;
  readonly message: string;
  /** with the output of the child process */
  readonly file: string | null;
}

/** Counts what happens to an engine. */
export class Tally {
  readonly failures: ChaosFailure[] = [];
  readonly lost: Record<string, number> = {};
  readonly #faults = new Map<string, { injected: number; survived: number }>();
  readonly #skipped = new Map<string, string>();
  #traffic: Traffic = { bytesVerified: 0, messages: 0, connections: 0 };
  runs = 0;

  get traffic(): Traffic {
    return this.#traffic;
  }

  get faults(): Record<string, FaultCount> {
    return Object.fromEntries([...this.#faults].toSorted(([a], [b]) => a.localeCompare(b)));
  }

  get skipped(): Record<string, string> {
    return Object.fromEntries(this.#skipped);
  }

  addTraffic({ bytesVerified, messages, connections }: Traffic): void {
    const sum = this.#traffic;
    this.#traffic = {
      bytesVerified: sum.bytesVerified + bytesVerified,
      messages: sum.messages + messages,
      connections: sum.connections + connections,
    };
    this.runs++;
  }

  /** Counts connections that ended as a fault makes them end. */
  addLost(byKind: Readonly<Record<string, number>>): void {
    for (const [kind, count] of Object.entries(byKind)) this.lost[kind] = (this.lost[kind] ?? 0) + count;
  }

  addFault(name: string, hasSurvived: boolean): void {
    const { injected, survived } = this.#faults.get(name) ?? { injected: 0, survived: 0 };
    this.#faults.set(name, { injected: injected + 1, survived: survived + Number(hasSurvived) });
  }

  skip(name: string, reason: string): void {
    this.#skipped.set(name, reason);
  }
}
