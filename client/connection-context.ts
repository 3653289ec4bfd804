import type { Budget } from "./budget.ts";
import type { EchoConnection } from "./connection.ts";
import type { Failure } from "./failure.ts";
import type { PayloadTable } from "./payload.ts";
import type { Recorder } from "./recorder.ts";

/** What the connections of a thread share. */
export interface ConnectionContext {
  readonly table: PayloadTable;
  readonly seed: number;
  readonly verify: boolean;
  /** whether a run of payload bytes tells where it is from */
  readonly isDistinct: boolean;
  readonly pipeline: number;
  readonly budget: Budget;
  readonly recorder: Recorder;
  readonly rings: Float64Array;
  /** monotonic, nanoseconds */
  readonly nowNs: () => number;
  readonly owner: ConnectionOwner;
}

/** Who looks after the connections. */
export interface ConnectionOwner {
  /** The connect succeeded or failed. */
  settled(connection: EchoConnection): void;
  failed(failure: Failure): void;
  /** Nothing of this connection is in flight any more, and nothing will be sent. */
  rested(connection: EchoConnection): void;
  closed(connection: EchoConnection): void;
}
