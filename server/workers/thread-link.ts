import { scriptOf } from "../../lib/invocation.ts";
import { createWakeDescriptor, wake } from "../../lib/posix/epoll.ts";
import { closeDescriptor } from "../../lib/posix/libc.ts";
import type { WorkerCommand, WorkerEvent } from "./protocol.ts";
import type { StartWorker } from "./worker-link.ts";

/** A message of the thread: an event, or that it receives commands from now on. */
export type ThreadMessage = WorkerEvent | { readonly kind: "ready" };

const script = scriptOf("server/workers/thread.ts");

/** Starts a worker in a thread of this process, with an epoll loop of its own. */
export const startThread: StartWorker = (settings, memoryFd, events) => {
  const wakeFd = createWakeDescriptor();
  const thread = new Worker(script);
  const queued: WorkerCommand[] = [];
  let isReady = false;
  let isGone = false;
  const onExit = (how: string): void => {
    if (isGone) return;
    isGone = true;
    closeDescriptor(wakeFd);
    events.onExit(how);
  };
  const send = (command: WorkerCommand): void => {
    if (!isReady) return void queued.push(command);
    thread.postMessage(command);
    wake(wakeFd);
  };
  thread.addEventListener("message", ({ data }: MessageEvent<ThreadMessage>) => {
    if (data.kind !== "ready") return events.onEvent(data);
    isReady = true;
    for (const command of queued.splice(0)) send(command);
  });
  thread.addEventListener("error", ({ message }) => onExit(`failed: ${message}`));
  thread.addEventListener("close", () => onExit("ended"));
  const { busyPollNs, ...rest } = settings;
  send({ kind: "start", plan: { ...rest, engine: { kind: "epoll", wakeFd, busyPollNs }, memoryFd } });
  return { pid: process.pid, send, kill: () => thread.terminate() };
};
