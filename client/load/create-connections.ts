import type { LoadConnection } from "../connection/load-connection.ts";
import type { OneWayContext } from "../connection/connection-context.ts";
import { DownloadConnection } from "../connection/download-connection.ts";
import { EchoConnection } from "../connection/echo-connection.ts";
import { UploadConnection } from "../connection/upload-connection.ts";
import type { CreateConnection } from "./connection-pool.ts";
import type { ThreadPlan } from "./protocol.ts";
import { wayOf } from "./way.ts";

/** @returns makes the connections of a thread, each of the kind that its slot has */
export const createConnections =
  (plan: ThreadPlan, context: OneWayContext<LoadConnection>): CreateConnection =>
  (number, slot) => {
    const way = wayOf(plan, slot);
    if (way === undefined) return new EchoConnection(context, number, slot);
    return way === "upload"
      ? new UploadConnection(context, number, slot)
      : new DownloadConnection(context, number, slot);
  };
