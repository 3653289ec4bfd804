import { closeSync, openSync } from "node:fs";

/** How files are opened and closed; tests pass others. */
export interface Descriptors {
  /** @returns a descriptor; undefined when none is left */
  open(): number | undefined;
  close(descriptor: number): void;
}

const systemDescriptors: Descriptors = {
  open() {
    try {
      return openSync("/dev/null", "r");
    } catch {
      return undefined;
    }
  },
  close: closeSync,
};

/**
 * Notices when the process has no descriptors left. Then a connection that waits cannot be accepted, and its listener
 * wakes the event loop again and again. So one descriptor is kept for that moment: it is given up, which lets the
 * server accept connections one by one and close them, until there are descriptors again.
 */
export class DescriptorReserve implements Disposable {
  readonly #descriptors: Descriptors;
  #spare: number | undefined;

  constructor(descriptors: Descriptors = systemDescriptors) {
    this.#descriptors = descriptors;
    this.#spare = descriptors.open();
  }

  /** Whether the spare descriptor is the last one. */
  get isExhausted(): boolean {
    return this.#spare === undefined;
  }

  /** Looks whether there is another descriptor besides the spare one. To be called now and then. */
  check(): void {
    this.#spare ??= this.#descriptors.open();
    if (this.#spare === undefined) return;
    const another = this.#descriptors.open();
    if (another === undefined) this[Symbol.dispose]();
    else this.#descriptors.close(another);
  }

  [Symbol.dispose](): void {
    if (this.#spare === undefined) return;
    this.#descriptors.close(this.#spare);
    this.#spare = undefined;
  }
}
