import { lineBegin, MAX_LINE_BYTES } from "./request.ts";

const LINE_FEED = 10;

/** What the first bytes of a connection have turned out to be. */
export type FirstBytes =
  /** they may still become a line of ours */
  | { readonly kind: "unknown" }
  /** they are something else: these came so far, those of the last call included */
  | { readonly kind: "other"; readonly bytes: Uint8Array }
  /** a line of ours, without its line feed, which took so many bytes of the last call */
  | { readonly kind: "line"; readonly line: string; readonly taken: number };

const unknown: FirstBytes = { kind: "unknown" };

/** Finds out whether a peer begins with a line of ours, however its bytes are cut into pieces. */
export class FirstLine {
  #seen: Uint8Array = new Uint8Array();

  /** Whether what came so far is the beginning of a line of ours. */
  get isBegun(): boolean {
    return this.#seen.length >= lineBegin.length;
  }

  /** Adds the next bytes that came. */
  add(bytes: Uint8Array, offset: number, length: number): FirstBytes {
    const before = this.#seen.length;
    const seen = new Uint8Array(Math.min(before + length, before + MAX_LINE_BYTES));
    seen.set(this.#seen);
    seen.set(bytes.subarray(offset, offset + seen.length - before), before);
    this.#seen = seen;
    const compared = Math.min(seen.length, lineBegin.length);
    const isOurs = Buffer.compare(lineBegin.subarray(0, compared), seen.subarray(0, compared)) === 0;
    const end = isOurs ? seen.indexOf(LINE_FEED) : -1;
    if (end >= 0 && end < MAX_LINE_BYTES) {
      return { kind: "line", line: Buffer.from(seen.subarray(0, end)).toString("latin1"), taken: end + 1 - before };
    }
    return isOurs && seen.length < MAX_LINE_BYTES ? unknown : { kind: "other", bytes: seen };
  }
}
