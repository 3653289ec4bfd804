import type { Timers } from "../../lib/timers.ts";
import type { ServedContext } from "../peer/served-connection.ts";
import type { ByteStore } from "../transport/transport.ts";
import type { PayloadCache } from "./payload-cache.ts";

/** Says now and then how far it has come. */
export interface Reporting {
  report(): void;
}

/** What all connections of the one-way services share. */
export interface OneWayContext extends ServedContext {
  readonly store: ByteStore;
  readonly timers: Timers;
  readonly payloads: PayloadCache;
  /** connections that are to report; each adds and removes itself */
  readonly reporting: Set<Reporting>;
}
