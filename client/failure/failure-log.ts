import type { Failure } from "./failure.ts";

/** Failures that are kept; all are counted. */
const KEPT = 10;

/** Counts failures by kind and keeps the first of them. */
export class FailureLog {
  readonly #byKind: Partial<Record<Failure["kind"], number>> = {};
  readonly #first: Failure[] = [];

  get byKind(): Readonly<Partial<Record<Failure["kind"], number>>> {
    return this.#byKind;
  }

  get first(): readonly Failure[] {
    return this.#first;
  }

  /** @returns whether the failure is kept */
  add(failure: Failure): boolean {
    this.#byKind[failure.kind] = (this.#byKind[failure.kind] ?? 0) + 1;
    if (this.#first.length >= KEPT) return false;
    this.#first.push(failure);
    return true;
  }
}
