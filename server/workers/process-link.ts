import { createWakePipe, wake } from "../../lib/posix/epoll.ts";
import { closeDescriptor } from "../../lib/posix/libc.ts";
import { programArguments } from "../../lib/invocation.ts";
import type { WorkerEvent } from "./protocol.ts";
import type { OpenLink } from "./worker-link.ts";

/** Where a process finds the shared memory and what wakes it among its descriptors. */
const MEMORY_FD = 3;
const WAKE_FD = 4;

/** A worker in a process of its own. */
export const openProcess: OpenLink = (plan, memory, owner) => {
  // Whoever waits for a pipe is told when the other end is gone, so that no worker outlives its supervisor.
  const pipe = plan.engine === "epoll" ? createWakePipe() : undefined;
  const child = Bun.spawn([...programArguments("server-worker")], {
    stdio: ["ignore", "ignore", "inherit", memory, ...(pipe ? [pipe.waitFd] : [])],
    serialization: "advanced",
    ipc: (event: WorkerEvent) => owner.told(event),
    onExit({ signalCode, exitCode }) {
      if (pipe) closeDescriptor(pipe.wakeFd);
      owner.ended(signalCode === null ? `ended with exit code ${exitCode}` : `was killed by ${signalCode}`);
    },
  });
  if (pipe) closeDescriptor(pipe.waitFd);
  const link = {
    pid: child.pid,
    send(command: Parameters<ReturnType<OpenLink>["send"]>[0]) {
      child.send(command);
      if (pipe) wake(pipe.wakeFd);
    },
    kill: () => child.kill("SIGKILL"),
  };
  link.send({ kind: "start", plan: { ...plan, memoryFd: MEMORY_FD, wakeFd: pipe && WAKE_FD } });
  return link;
};
