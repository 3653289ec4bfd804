import { dieWithParent, libcAvailable } from "../../lib/posix/libc.ts";
import type { WorkerCommand } from "./protocol.ts";
import { ServerWorker } from "./server-worker.ts";

// Importing this module runs the process as a worker until its supervisor stops it or is gone.
const worker = new ServerWorker(
  (event) => process.send?.(event),
  () => process.disconnect?.(),
);

// A Ctrl+C in the terminal reaches the whole process group; the supervisor handles it and stops its workers.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.on("message", (command: WorkerCommand) => worker.handle(command));
// Either the worker has stopped or the supervisor is gone. The kernel sees that too if Bun misses it, and a supervisor that
// was gone before the kernel knew shows as no connection.
process.on("disconnect", () => process.exit());
if (libcAvailable) dieWithParent();
if (!process.connected) process.exit();
