import { describeDiagnosis, diagnose } from "./diagnosis.ts";
import type { Failure } from "../failure/failure.ts";
import type { PayloadTable } from "./payload.ts";

/** How far back a repeated byte is looked for. */
const LOOK_BACK_BYTES = 2 ** 20;

/** Bytes shown of what was expected and what came. */
const SHOWN_BYTES = 8;

/** The state of a connection when something other than its echo came. */
export interface Scene {
  /** what has to come back */
  readonly table: PayloadTable;
  /** place in the table of the next byte to come back */
  readonly at: number;
  /** bytes that came back rightly before */
  readonly received: number;
  /** bytes that were sent and had not come back */
  readonly outstanding: number;
  /** whether a run of payload bytes tells where it is from */
  readonly isDistinct: boolean;
}

const hex = (bytes: Buffer): string => bytes.subarray(0, SHOWN_BYTES).toString("hex");

/** Gathers what comes after a wrong byte and says what it means. */
export class MismatchEvidence {
  readonly #scene: Scene;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** @param chunk which does not change any more */
  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** Whether as much has come as was to come. */
  get isComplete(): boolean {
    return this.#bytes >= this.#scene.outstanding;
  }

  /** @param connection the connection's number */
  conclude(connection: number): Failure {
    const { table, at, received, outstanding, isDistinct } = this.#scene;
    const came = Buffer.concat(this.#chunks);
    const expected = table.copy(at, outstanding);
    const wrong = table.firstDifference(came.subarray(0, outstanding), at);
    const first = wrong < 0 ? outstanding : wrong;
    const lookBack = Math.min(received + first, LOOK_BACK_BYTES);
    const start = table.advance(at, first);
    const before = table.copy(table.rewind(start, lookBack), lookBack);
    const rest = came.subarray(first);
    const suspicion = { actual: rest, expected: expected.subarray(first), before, payload: table.bytes, isDistinct };
    const kind = wrong < 0 ? "surplus" : "mismatch";
    const diagnosis = diagnose(suspicion);
    const tail = kind === "surplus" && diagnosis.kind !== "repeated" ? "" : `, ${describeDiagnosis(diagnosis)}`;
    return {
      kind,
      message: kind === "surplus" ? `${rest.length} more bytes came than were sent${tail}` : `the echo differs${tail}`,
      connection,
      offset: received + first,
      expected: wrong < 0 ? null : hex(suspicion.expected),
      actual: hex(rest),
    };
  }
}
