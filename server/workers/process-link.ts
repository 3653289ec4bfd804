import { programArguments } from "../../lib/invocation.ts";
import { createWakePipe, wake } from "../../lib/posix/epoll.ts";
import { closeDescriptor } from "../../lib/posix/libc.ts";
import type { ListenTarget, PassedSocket } from "../transport/listen-error.ts";
import type { WorkerCommand, WorkerEvent } from "./protocol.ts";
import type { StartWorker } from "./worker-link.ts";

/** The worker's descriptors for the shared memory and for the wake pipe, as `stdio` below assigns them. */
const MEMORY_FD = 3;
const WAKE_FD = 4;

/** Sockets that were passed to the supervisor, and the targets with the descriptors that they get in the worker. */
function passOn(targets: readonly ListenTarget[], firstFd: number) {
  const fds = targets.flatMap(({ passed }) => (passed ? [passed.fd] : []));
  const renumber = (passed: PassedSocket): PassedSocket => ({ ...passed, fd: firstFd + fds.indexOf(passed.fd) });
  return { fds, targets: targets.map((target) => ({ ...target, passed: target.passed && renumber(target.passed) })) };
}

/** Starts a worker in a process of its own. */
export const startProcess: StartWorker = (settings, memoryFd, events) => {
  // A pipe, not an eventfd: its read end reports when the supervisor is gone, so that no worker outlives it.
  const pipe = settings.engine === "epoll" ? createWakePipe() : undefined;
  const { busyPollNs, ...rest } = settings;
  const { listening } = settings.settings;
  const passed = passOn(listening.targets, pipe ? WAKE_FD + 1 : MEMORY_FD + 1);
  const child = Bun.spawn([...programArguments("server-worker")], {
    stdio: ["ignore", "ignore", "inherit", memoryFd, ...(pipe ? [pipe.waitFd] : []), ...passed.fds],
    serialization: "advanced",
    ipc: (event: WorkerEvent) => events.onEvent(event),
    onExit({ signalCode, exitCode }) {
      if (pipe) closeDescriptor(pipe.wakeFd);
      events.onExit(signalCode === null ? `ended with exit code ${exitCode}` : `was killed by ${signalCode}`);
    },
  });
  if (pipe) closeDescriptor(pipe.waitFd);
  const send = (command: WorkerCommand): void => {
    child.send(command);
    if (pipe) wake(pipe.wakeFd);
  };
  const engine = pipe ? ({ kind: "epoll", wakeFd: WAKE_FD, busyPollNs } as const) : ({ kind: "bun" } as const);
  const own = { ...settings.settings, listening: { ...listening, targets: passed.targets } };
  send({ kind: "start", plan: { ...rest, settings: own, engine, memoryFd: MEMORY_FD } });
  return { pid: child.pid, send, kill: () => child.kill("SIGKILL") };
};
