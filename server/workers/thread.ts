import type { WorkerCommand } from "./protocol.ts";
import { ServerWorker } from "./server-worker.ts";
import type { ThreadMessage } from "./thread-link.ts";

declare const self: Worker;

const emit = (message: ThreadMessage): void => self.postMessage(message);
const worker = new ServerWorker(emit, () => process.exit());

self.addEventListener("message", ({ data }: MessageEvent<WorkerCommand>): void => worker.handle(data));
// Messages sent before the listener exists would be lost, so the supervisor waits for this one.
emit({ kind: "ready" });
