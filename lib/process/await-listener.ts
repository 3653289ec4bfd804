import { sleep, within } from "../timers.ts";

const RETRY_MS = 20;

/** Where a server is to accept connections: a port, or the path of a socket file. */
export type Endpoint = { readonly hostname: string; readonly port: number } | { readonly unix: string };

/** A port of the loopback interface that nobody listens on now. */
export function freePort(): number {
  using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  return listener.port;
}

const handlers = { open: (socket: { end(): void }) => void socket.end(), data() {} };

const connect = (endpoint: Endpoint): Promise<unknown> =>
  "unix" in endpoint ? Bun.connect({ ...endpoint, socket: handlers }) : Bun.connect({ ...endpoint, socket: handlers });

/** Whether a connection is accepted within this time. */
export async function accepts(endpoint: Endpoint, limitMs: number, stop?: AbortSignal): Promise<boolean> {
  // Its failure is handled also when nobody waits for it any more.
  const isOpen = connect(endpoint).then(
    () => true,
    () => false,
  );
  return (await within(isOpen, limitMs, stop)) && (await isOpen);
}

/** What a child that has ended says of its end; undefined while it runs. */
export function endOf({ exitCode, signalCode }: Pick<Bun.Subprocess, "exitCode" | "signalCode">): string | undefined {
  if (exitCode !== null) return `it ended with exit code ${exitCode}`;
  return signalCode === null ? undefined : `it was ended by ${signalCode}`;
}

/** How the start of a server went. */
export type StartOutcome = "accepts" | "ended" | "late" | "stopped";

/** Waits until a server that was started as a child accepts connections, has ended, or time is up. */
export async function awaitListener(
  child: Pick<Bun.Subprocess, "exitCode" | "signalCode">,
  endpoint: Endpoint,
  limitMs: number,
  stop?: AbortSignal,
): Promise<StartOutcome> {
  const giveUpMs = performance.now() + limitMs;
  for (;;) {
    const isOpen = await accepts(endpoint, giveUpMs - performance.now(), stop);
    if (stop?.aborted) return "stopped";
    // In this order: who accepts may be another server, on whose port the child could not listen.
    if (endOf(child) !== undefined) return "ended";
    if (isOpen) return "accepts";
    if (performance.now() >= giveUpMs) return "late";
    await sleep(RETRY_MS, stop);
  }
}
