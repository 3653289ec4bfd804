import { UsageError } from "../lib/errors.ts";

/** How a call can be ended. */
export interface CallSettings {
  /** ends it early */
  readonly signal?: AbortSignal;
}

/** The signal of a call that nobody ends. */
export const never: AbortSignal = new AbortController().signal;

/**
 * The signal that ends a call.
 * @throws UsageError when it is none
 */
export function signalOf({ signal = never }: CallSettings): AbortSignal {
  if (signal instanceof AbortSignal) return signal;
  throw new UsageError("signal: expected an AbortSignal");
}
