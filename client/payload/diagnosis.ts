import { plural } from "../../lib/units.ts";

/** So many random bytes occur in one place only. */
const PROBE_BYTES = 16;

/** What the server did to the bytes, as far as it can be seen. */
export type Diagnosis =
  | { readonly kind: "altered"; readonly bytes: number; readonly bits: number }
  | { readonly kind: "missing"; readonly bytes: number }
  | { readonly kind: "repeated"; readonly bytes: number }
  | { readonly kind: "reordered"; readonly bytes: number }
  | { readonly kind: "foreign" }
  | { readonly kind: "unknown" };

/** What is known about a mismatch. */
export interface Mismatch {
  /** the received bytes, from the first wrong one on */
  readonly actual: Buffer;
  /** the bytes that should have come in their place: everything that was sent and had not come back */
  readonly expected: Buffer;
  /** the correct bytes received just before, as far back as repeated bytes are searched for */
  readonly before: Buffer;
  /** the whole payload, in which the bytes of other connections are found */
  readonly payload: Buffer;
  /** whether a run of payload bytes occurs only once; otherwise their origin cannot be found */
  readonly isDistinct: boolean;
}

function countAltered(actual: Buffer, expected: Buffer): { compared: number; bytes: number; bits: number } {
  const compared = Math.min(actual.length, expected.length);
  let bytes = 0;
  let bits = 0;
  for (let i = 0; i < compared; i++) {
    let flipped = (actual[i] ?? 0) ^ (expected[i] ?? 0);
    if (flipped !== 0) bytes++;
    for (; flipped !== 0; flipped &= flipped - 1) bits++;
  }
  return { compared, bytes, bits };
}

const startsAlike = (a: Buffer, b: Buffer, length: number): boolean =>
  length > 0 && a.length >= length && b.length >= length && a.compare(b, 0, length, 0, length) === 0;

function commonLength(a: Buffer, b: Buffer): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a[length] === b[length]) length++;
  return length;
}

/** Bytes from further ahead came first. Finds out whether the bytes in between are missing or follow later. */
function skipped(actual: Buffer, expected: Buffer, bytes: number): Diagnosis {
  const run = commonLength(actual, expected.subarray(bytes));
  const follows = actual.subarray(run);
  const isBack = startsAlike(follows, expected, Math.min(PROBE_BYTES, bytes, follows.length));
  return isBack ? { kind: "reordered", bytes: run } : { kind: "missing", bytes };
}

/** Finds where the received bytes come from, and so what the server did to them. */
function locate({ actual, expected, before, payload }: Mismatch): Diagnosis | undefined {
  const shortfall = expected.length - actual.length;
  if (shortfall > 0 && startsAlike(actual, expected.subarray(shortfall), actual.length)) {
    return { kind: "missing", bytes: shortfall };
  }
  const probe = actual.subarray(0, PROBE_BYTES);
  if (probe.length < PROBE_BYTES) return undefined;
  const ahead = expected.indexOf(probe);
  if (ahead > 0) return skipped(actual, expected, ahead);
  const behind = before.lastIndexOf(probe);
  if (behind >= 0) return { kind: "repeated", bytes: before.length - behind };
  return payload.includes(probe) ? { kind: "foreign" } : undefined;
}

/** Names what the server did to the bytes. */
export function diagnose(mismatch: Mismatch): Diagnosis {
  const place = mismatch.isDistinct ? locate(mismatch) : undefined;
  if (place) return place;
  const { compared, bytes, bits } = countAltered(mismatch.actual, mismatch.expected);
  const isMostlyRight = bytes <= Math.max(compared / 2, 1);
  return isMostlyRight || !mismatch.isDistinct ? { kind: "altered", bytes, bits } : { kind: "unknown" };
}

/** The diagnosis in words. */
export function describeDiagnosis(diagnosis: Diagnosis): string {
  switch (diagnosis.kind) {
    case "altered":
      return `${plural(diagnosis.bits, "bit")} flipped in ${plural(diagnosis.bytes, "byte")}`;
    case "missing":
      return `${plural(diagnosis.bytes, "byte")} left out`;
    case "repeated":
      return `${plural(diagnosis.bytes, "byte")} repeated`;
    case "reordered":
      return `bytes out of order: ${plural(diagnosis.bytes, "byte")} came too early`;
    case "foreign":
      return "bytes that were sent on another connection";
    case "unknown":
      return "bytes that were never sent";
  }
}
