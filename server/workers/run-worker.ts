import type { WorkerCommand } from "./protocol.ts";
import { ServerWorker } from "./server-worker.ts";

/** Runs this process as a worker until its supervisor ends it, or is gone. */
export function runWorker(): void {
  const worker = new ServerWorker(
    (event) => process.send?.(event),
    () => process.disconnect?.(),
  );
  // A Ctrl+C goes to the whole process group; when to end is the supervisor's to say.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  process.on("message", (command: WorkerCommand) => worker.obey(command));
  // The supervisor is gone: so is everybody else.
  process.on("disconnect", () => process.exit());
}
