const A = 0x61;
const Z = 0x7a;
const CASE_BIT = 0x20;

/** An ASCII letter as a capital; every other byte, those of UTF-8 included, as it is. */
export const uppercase = (byte: number): number => (byte >= A && byte <= Z ? byte ^ CASE_BIT : byte);
