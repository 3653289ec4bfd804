import { describeDiagnosis, diagnose, type OtherConnections } from "./diagnosis.ts";
import type { Failure } from "../failure/failure.ts";
import type { PayloadTable } from "../../lib/payload/payload-table.ts";

/** How far back a repeated byte is searched for. */
const LOOK_BACK_BYTES = 2 ** 20;

/** Expected and received bytes that the failure shows. */
const SHOWN_BYTES = 8;

/** The state of a connection when the first wrong byte came. */
export interface MismatchStart {
  /** what came */
  readonly what: "echo" | "stream";
  /** the bytes that it should have */
  readonly table: PayloadTable;
  /** position in the table of its next byte */
  readonly at: number;
  /** correct bytes received before */
  readonly received: number;
  /** bytes sent whose echo had not come back */
  readonly outstanding: number;
  /** whether a run of payload bytes occurs only once in the payload */
  readonly isDistinct: boolean;
  readonly others: OtherConnections;
}

const hex = (bytes: Buffer): string => bytes.subarray(0, SHOWN_BYTES).toString("hex");

/** Collects what comes after a wrong byte, so that the fault can be named. */
export class MismatchCollector {
  readonly #start: MismatchStart;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(start: MismatchStart) {
    this.#start = start;
  }

  /** @param chunk must not change afterwards */
  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The last bytes that came. */
  last(length: number): Buffer {
    return Buffer.concat(this.#chunks).subarray(-length);
  }

  /** Whether all outstanding bytes have come. */
  get isComplete(): boolean {
    return this.#bytes >= this.#start.outstanding;
  }

  /** Names the fault. @param connection number of the connection */
  toFailure(connection: number): Failure {
    const { what, table, at, received, outstanding, isDistinct, others } = this.#start;
    const collected = Buffer.concat(this.#chunks);
    const expected = table.copy(at, outstanding);
    const wrong = table.firstDifference(collected.subarray(0, outstanding), at);
    const first = wrong < 0 ? outstanding : wrong;
    const lookBack = Math.min(received + first, LOOK_BACK_BYTES);
    const start = table.advance(at, first);
    const before = table.copy(table.rewind(start, lookBack), lookBack);
    const rest = collected.subarray(first);
    const mismatch = {
      ...{ actual: rest, expected: expected.subarray(first), before, payload: table.bytes },
      ...{ isDistinct, others },
    };
    const kind = wrong < 0 ? "surplus" : "mismatch";
    const diagnosis = diagnose(mismatch);
    const tail = kind === "surplus" && diagnosis.kind !== "repeated" ? "" : `, ${describeDiagnosis(diagnosis)}`;
    return {
      kind,
      message:
        kind === "surplus" ? `${rest.length} more bytes came than were sent${tail}` : `the ${what} differs${tail}`,
      connection,
      offset: received + first,
      expected: wrong < 0 ? null : hex(mismatch.expected),
      actual: hex(rest),
    };
  }
}
