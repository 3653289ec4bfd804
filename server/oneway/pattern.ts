import { allocatePayload, PayloadTable, wrapPayload } from "../../lib/payload/payload-table.ts";

/** The printable characters of ASCII, the space first. */
const FIRST_CHARACTER = 32;
const CHARACTERS = 95;
const CHARACTERS_PER_LINE = 72;

/** A line of the pattern, CR LF included. */
export const PATTERN_LINE_BYTES = CHARACTERS_PER_LINE + 2;

/** The pattern that RFC 864 shows: each line begins one character later than the line before it. */
export function createPattern(): PayloadTable {
  const payload = allocatePayload(CHARACTERS * PATTERN_LINE_BYTES);
  const bytes = new Uint8Array(payload.memory);
  for (let line = 0; line < CHARACTERS; line++) {
    const at = line * PATTERN_LINE_BYTES;
    for (let i = 0; i < CHARACTERS_PER_LINE; i++) bytes[at + i] = FIRST_CHARACTER + ((line + i) % CHARACTERS);
    bytes.set([13, 10], at + CHARACTERS_PER_LINE);
  }
  wrapPayload(payload);
  return new PayloadTable(payload);
}
