import type { EchoConnection } from "./connection.ts";
import type { Failure } from "../failure/failure.ts";
import type { PayloadTable } from "../payload/payload.ts";
import type { Recorder } from "../measure/recorder.ts";
import type { Traffic } from "../traffic/traffic.ts";

/** What the connections of a thread share. */
export interface ConnectionContext {
  readonly table: PayloadTable;
  /** what has to come back of it */
  readonly echo: PayloadTable;
  readonly seed: number;
  readonly verify: boolean;
  /** whether a run of payload bytes tells where it is from */
  readonly isDistinct: boolean;
  readonly recorder: Recorder;
  /** for a new connection in this slot */
  readonly createTraffic: (slot: number) => Traffic;
  /** monotonic, nanoseconds */
  readonly nowNs: () => number;
  readonly owner: ConnectionOwner;
}

/** Who looks after the connections. */
export interface ConnectionOwner {
  /** The connect succeeded or failed. */
  settled(connection: EchoConnection): void;
  failed(connection: EchoConnection, failure: Failure): void;
  /** Nothing of this connection is in flight any more, and nothing will be sent. */
  rested(connection: EchoConnection): void;
  closed(connection: EchoConnection): void;
}
