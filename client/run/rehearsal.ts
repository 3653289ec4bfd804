import { echoFor } from "../../lib/posix/echo-for.ts";
import { SocketListener } from "../../lib/posix/listener.ts";
import type { LoadThread } from "./load-thread.ts";
import type { LoadPlan } from "./plan.ts";

/** Long enough for the compilers to see the code at work. */
const REHEARSAL_MS = 250;

/** How much longer echoes may take to come back. */
const DRAIN_MS = 250;

const HOST = "127.0.0.1";

/** Whether a load is rehearsed: one that is warmed up, on sockets that this process can also echo on. */
const isRehearsed = ({ engine, warmupMs, mode }: LoadPlan): boolean =>
  engine === "epoll" && warmupMs > 0 && mode !== "churn";

function listen(): SocketListener | undefined {
  try {
    return SocketListener.tcp(HOST, 0, 512, false, () => {});
  } catch {
    return undefined;
  }
}

/**
 * Lets the load threads run their load for a moment against this thread, before they connect to the server. Without it
 * the compilers work for seconds on code that is being measured. Where there is no loopback, nothing is rehearsed.
 * @returns the bytes that were echoed
 */
export async function rehearse(plan: LoadPlan, threads: readonly LoadThread[]): Promise<number> {
  const listener = isRehearsed(plan) ? listen() : undefined;
  if (!listener) return 0;
  const address = { family: "ipv4", address: HOST, port: listener.port } as const;
  for (const thread of threads) thread.send({ kind: "rehearse", address, forMs: REHEARSAL_MS });
  const echoed = echoFor(listener, REHEARSAL_MS + DRAIN_MS);
  listener.close();
  await Promise.all(threads.map((thread) => thread.event("rehearsed")));
  return echoed;
}
