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

/** A signal that can ask a program to end. */
type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** What the watcher needs of a process; tests pass an emitter. */
export interface SignalSource {
  on(event: StopSignal, listener: () => void): unknown;
  off(event: StopSignal, listener: () => void): unknown;
}

/** Settles when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Listens for signals until disposed. */
export function watchSignals(
  signals: readonly StopSignal[],
  source: SignalSource = process,
  now: () => number = () => performance.now(),
): StopSignals {
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
  for (const signal of signals) source.on(signal, onSignal);
  return {
    stop: stop.signal,
    force: force.signal,
    [Symbol.dispose]() {
      for (const signal of signals) source.off(signal, onSignal);
    },
  };
}
