import { createWakeDescriptor, wake } from "../../lib/posix/epoll.ts";
import { closeDescriptor } from "../../lib/posix/libc.ts";
import { isExecutable } from "../../lib/invocation.ts";
import type { WorkerCommand, WorkerEvent } from "./protocol.ts";
import type { OpenLink } from "./worker-link.ts";

/** What a thread tells: what any worker does, and that it listens to commands. */
export type ThreadMessage = WorkerEvent | { readonly kind: "ready" };

/** The executable has it by its path in the repository. */
const script = isExecutable ? "./server/workers/thread.ts" : new URL("./thread.ts", import.meta.url).href;

/** A worker in a thread of this process, with a loop of its own. */
export const openThread: OpenLink = (plan, memoryFd, owner) => {
  const wakeFd = createWakeDescriptor();
  const thread = new Worker(script);
  const early: WorkerCommand[] = [];
  let isReady = false;
  let isGone = false;
  const end = (how: string): void => {
    if (isGone) return;
    isGone = true;
    closeDescriptor(wakeFd);
    owner.ended(how);
  };
  const send = (command: WorkerCommand): void => {
    if (!isReady) return void early.push(command);
    thread.postMessage(command);
    wake(wakeFd);
  };
  thread.addEventListener("message", ({ data }: MessageEvent<ThreadMessage>) => {
    if (data.kind !== "ready") return owner.told(data);
    isReady = true;
    for (const command of early.splice(0)) send(command);
  });
  thread.addEventListener("error", ({ message }) => end(`failed: ${message}`));
  thread.addEventListener("close", () => end("ended"));
  send({ kind: "start", plan: { ...plan, memoryFd, wakeFd } });
  return { pid: process.pid, send, kill: () => thread.terminate() };
};
