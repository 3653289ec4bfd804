import type { TlsSession } from "../../lib/loop/channel.ts";
import type { Failure } from "../failure/failure.ts";
import type { Recorder } from "../measure/recorder.ts";
import type { PayloadTable } from "../payload/payload.ts";
import type { Pacer } from "../traffic/pacer.ts";
import type { Traffic } from "../traffic/traffic.ts";
import type { Starts } from "./starts.ts";

/** What the connections of a thread share. @typeParam C the connection */
export interface ConnectionContext<C> {
  readonly table: PayloadTable;
  /** what the server should send back for it */
  readonly echo: PayloadTable;
  readonly starts: Pick<Starts, "next" | "othersThan">;
  readonly verify: boolean;
  /** whether bytes of the payload show which part of it they are */
  readonly isDistinct: boolean;
  /** whether the first message makes the connection (TCP Fast Open): until then there may be none */
  readonly opensWithData: boolean;
  readonly recorder: Recorder;
  /** of an open loop */
  readonly pacer: Pacer | undefined;
  /** for a new connection in this slot */
  readonly createTraffic: (slot: number) => Traffic;
  /** monotonic, nanoseconds */
  readonly nowNs: () => number;
  readonly owner: ConnectionOwner<C>;
}

/** Who looks after the connections. */
export interface ConnectionOwner<C> {
  /** The connect succeeded or failed. @param session of a connection that speaks TLS */
  onConnectEnded(connection: C, session: TlsSession | undefined): void;
  onFailed(connection: C, failure: Failure): void;
  /** Everything has come back, and nothing more will be sent. */
  onComplete(connection: C): void;
  onClosed(connection: C): void;
}
