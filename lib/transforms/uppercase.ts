const A = 0x61;
const Z = 0x7a;
const CASE_BIT = 0x20;

/** ASCII letters as capitals; every other byte, those of UTF-8 included, stays as it is. */
export function uppercase(bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= A && byte <= Z) bytes[i] = byte ^ CASE_BIT;
  }
}
