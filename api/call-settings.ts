/** How a call can be ended. */
export interface CallSettings {
  /** ends it early */
  readonly signal?: AbortSignal;
}

/** The signal of a call that nobody ends. */
export const never: AbortSignal = new AbortController().signal;
