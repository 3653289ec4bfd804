import type { TlsSession } from "../../lib/loop/channel.ts";
import type { Failure } from "../failure/failure.ts";
import type { Recorder } from "../measure/recorder.ts";
import type { PayloadTable } from "../../lib/payload/payload-table.ts";
import type { Pacer } from "../traffic/pacer.ts";
import type { StreamRequest } from "../../lib/oneway/request.ts";
import type { Way } from "../../lib/result/load-modes.ts";
import type { SenderInfo } from "../../lib/oneway/trailer.ts";
import type { OneWayTraffic } from "../traffic/oneway-traffic.ts";
import type { Standstill } from "../../lib/loop/standstill.ts";
import type { Traffic } from "../traffic/traffic.ts";
import type { OtherConnections } from "../payload/diagnosis.ts";

/** Where in the payload connections start. */
export interface ConnectionStarts {
  /** The position in the table where the next connection of a slot starts. */
  next(slot: number): number;
  /** Which connections may have sent bytes besides the latest one of a slot. */
  othersThan(slot: number): OtherConnections;
}

/** What the connections of a thread share. @typeParam C the connection */
export interface ConnectionContext<C> {
  readonly table: PayloadTable;
  /** what the server should send back for it */
  readonly echo: PayloadTable;
  readonly starts: ConnectionStarts;
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
  readonly loop: Standstill;
  readonly owner: ConnectionOwner<C>;
}

/** What connections of one way share besides. */
export interface OneWayContext<C> extends ConnectionContext<C> {
  /** which bytes both ends make */
  readonly payload: Omit<StreamRequest, "start">;
  readonly createOneWayTraffic: (way: Way) => OneWayTraffic;
  /** bytes a second of one connection; undefined for as many as go */
  readonly bytesPerSecond: number | undefined;
  /** Calls it after so long, and after other connections had their turn. */
  readonly after: (delayMs: number, action: () => void) => void;
  /** What the kernel of the end that sent says of a connection, at its end. */
  readonly onSender: (way: Way, sender: SenderInfo) => void;
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
