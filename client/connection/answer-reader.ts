import { FirstLine } from "../../lib/oneway/first-line.ts";

const LINE_FEED = 10;

/** The first line of what came, in quotes. */
export const quoteLine = (bytes: Uint8Array): string =>
  JSON.stringify(
    Buffer.from(bytes)
      .toString("latin1")
      .split(/[\r\n]/, 1)[0]
      ?.trimEnd(),
  );

/** Finds a server's answer. Lines of the pattern may come before it, where the request was long on its way. */
export class AnswerReader {
  #first = new FirstLine();
  /** whether the beginning of a line is awaited */
  #skips = false;
  /** what came before, as far as it shows who sends it */
  #before: Uint8Array | undefined;

  /**
   * Reads the next bytes that came.
   * @returns the answer without its line feed, and how many of these bytes it ends with; undefined while it has not come
   */
  add(
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): { readonly line: string; readonly taken: number } | undefined {
    let [from, left] = [offset, length];
    while (left > 0) {
      if (this.#skips) {
        const end = bytes.subarray(from, from + left).indexOf(LINE_FEED);
        if (end < 0) return undefined;
        this.#skips = false;
        from += end + 1;
        left -= end + 1;
        continue;
      }
      const found = this.#first.add(bytes, from, left);
      if (found.kind === "unknown") return undefined;
      this.#first = new FirstLine();
      if (found.kind === "line") return { line: found.line, taken: from + found.taken - offset };
      this.#before ??= found.bytes;
      this.#skips = true;
    }
    return undefined;
  }

  /** What came instead of an answer, in words; empty when nothing did. */
  get instead(): string {
    return this.#before ? `; it said ${quoteLine(this.#before)}` : "";
  }
}
