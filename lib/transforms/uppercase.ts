const A = 0x61;
const Z = 0x7a;
const CASE_BIT = 0x20;

/** Maps an ASCII letter to its capital, and any other byte, also one of UTF-8, to itself. */
export const uppercase = (byte: number): number => (byte >= A && byte <= Z ? byte ^ CASE_BIT : byte);
