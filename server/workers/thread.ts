import type { WorkerCommand } from "./protocol.ts";
import { ServerWorker } from "./server-worker.ts";
import type { ThreadMessage } from "./thread-link.ts";

declare const self: Worker;

const tell = (message: ThreadMessage): void => self.postMessage(message);
const worker = new ServerWorker(tell, () => process.exit());

self.addEventListener("message", ({ data }: MessageEvent<WorkerCommand>): void => worker.obey(data));
// What was sent before this is lost: the supervisor waits for it.
tell({ kind: "ready" });
