/**
 * One Ctrl+C can arrive twice: through the process group, and from a parent that forwards signals. A second signal this
 * soon is a repetition of the first.
 */
const REPETITION_MS = 300;

/** The user's request to stop: first gracefully, then at once. */
export interface StopSignals extends Disposable {
  /** aborted by the first SIGINT or SIGTERM */
  readonly stop: AbortSignal;
  /** aborted by a second one that is no repetition of the first */
  readonly force: AbortSignal;
}

/** What the watcher needs of a process; tests pass an emitter. */
export interface SignalSource {
  on(event: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  off(event: "SIGINT" | "SIGTERM", listener: () => void): unknown;
}

/** Settles when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Listens for SIGINT and SIGTERM until disposed. */
export function watchSignals(source: SignalSource = process, now: () => number = () => performance.now()): StopSignals {
  const stop = new AbortController();
  const force = new AbortController();
  let firstAtMs = 0;
  const onSignal = (): void => {
    if (!stop.signal.aborted) {
      firstAtMs = now();
      stop.abort();
    } else if (now() - firstAtMs >= REPETITION_MS) {
      force.abort();
    }
  };
  source.on("SIGINT", onSignal);
  source.on("SIGTERM", onSignal);
  return {
    stop: stop.signal,
    force: force.signal,
    [Symbol.dispose]() {
      source.off("SIGINT", onSignal);
      source.off("SIGTERM", onSignal);
    },
  };
}
