import { formatCount, plural } from "../../lib/text/format-units.ts";

/** So many bytes of a distinct payload occur in one place only, also when its whole length is searched. */
const PROBE_BYTES = 16;
const SHORTEST_PROBE = 8;

/** So many are enough at a place that is not searched for, such as right after the bytes before. */
const TELLING_BYTES = 4;

/** How far from the expected place fewer bytes than a probe are looked for. */
const NEAR_BYTES = 64;

/** Bytes from further back may as well be those of another connection, whose stream can be anywhere in the payload. */
const LIKELY_BACK_BYTES = 2 ** 16;

/** Connections that send bytes of the same payload: those before this one in a run that has one at a time, or any. */
type Others = "earlier" | "any";

/** Which connections sent bytes besides the one whose echo is wrong. */
export type OtherConnections = Others | "none";

/** What the server did to the bytes, as far as the bytes show it. */
export type Diagnosis =
  | { readonly kind: "altered"; readonly bytes: number; readonly bits: number }
  | { readonly kind: "missing"; readonly bytes: number }
  | { readonly kind: "repeated"; readonly bytes: number }
  | { readonly kind: "reordered"; readonly bytes: number }
  /** bytes of unknown origin came between two right ones */
  | { readonly kind: "inserted"; readonly bytes: number }
  /** bytes came that had come `back` bytes before, and then others */
  | { readonly kind: "stale"; readonly bytes: number; readonly back: number }
  /** bytes that came `back` bytes before, or those of another connection: both are the same bytes */
  | { readonly kind: "stale-or-foreign"; readonly back: number; readonly others: Others }
  | { readonly kind: "foreign"; readonly others: Others }
  /** bytes from another part of the payload, though there is and was no other connection */
  | { readonly kind: "elsewhere" }
  | { readonly kind: "unknown" }
  /** too few bytes came to tell */
  | { readonly kind: "unclear"; readonly bytes: number; readonly expected: number };

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
  readonly others: OtherConnections;
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

/** Bytes that came before came again. @param stream the right bytes before and after the place of the fault, at `at` */
function cameAgain(actual: Buffer, stream: Buffer, at: number, from: number, others: OtherConnections): Diagnosis {
  const back = at - from;
  const bytes = commonLength(actual, stream.subarray(from));
  const goesOn = bytes > back || (bytes === back && bytes === actual.length);
  if (goesOn) return { kind: "repeated", bytes: back };
  const isOwn = others === "none" || back <= LIKELY_BACK_BYTES;
  return isOwn ? { kind: "stale", bytes, back } : { kind: "stale-or-foreign", back, others };
}

/** Where the bytes of a probe come from. */
function originOf(probe: Buffer, actual: Buffer, mismatch: Mismatch): Diagnosis | undefined {
  const { expected, before, payload, others } = mismatch;
  const ahead = expected.indexOf(probe);
  if (ahead > 0) return skipped(actual, expected, ahead);
  // The probe may begin before the place of the fault and end after it.
  const stream = Buffer.concat([before, expected]);
  const behind = before.length === 0 ? -1 : stream.lastIndexOf(probe, before.length - 1);
  if (behind >= 0) return cameAgain(actual, stream, before.length, behind, others);
  if (!payload.includes(probe)) return undefined;
  return others === "none" ? { kind: "elsewhere" } : { kind: "foreign", others };
}

/** The same for fewer bytes than a probe, which are only looked for nearby. */
function nearbyOrigin({ actual, expected, before, others }: Mismatch): Diagnosis | undefined {
  const stream = Buffer.concat([before, expected]);
  for (let from = before.length - 1; from >= Math.max(0, before.length - NEAR_BYTES); from--) {
    if (startsAlike(actual, stream.subarray(from), actual.length)) {
      return cameAgain(actual, stream, before.length, from, others);
    }
  }
  const ahead = expected.subarray(0, NEAR_BYTES).indexOf(actual, 1);
  return ahead > 0 ? skipped(actual, expected, ahead) : undefined;
}

/** How many bytes in place are wrong: up to the last wrong one; undefined when what follows is shifted. */
function wrongInPlace({ actual, expected }: Mismatch): number | undefined {
  const compared = Math.min(actual.length, expected.length);
  let end = compared;
  while (end > 0 && actual[end - 1] === expected[end - 1]) end--;
  const { bytes } = countAltered(actual, expected);
  const isMostlyRight = actual.length === expected.length && bytes <= Math.max(compared / 2, 1);
  return compared - end >= SHORTEST_PROBE || isMostlyRight ? end : undefined;
}

/** What the server did to bytes that it replaced: those around them are right. */
function diagnoseInPlace(mismatch: Mismatch, length: number): Diagnosis {
  const actual = mismatch.actual.subarray(0, length);
  const expected = mismatch.expected.subarray(0, length);
  const { bytes, bits } = countAltered(actual, expected);
  const altered: Diagnosis = { kind: "altered", bytes, bits };
  if (length < TELLING_BYTES || bytes <= length / 2) return altered;
  // Two parts that changed places: the one is found in the other's place.
  const turned = Buffer.concat([expected, expected]).indexOf(actual);
  if (turned > 0) return { kind: "reordered", bytes: length - turned };
  if (length < SHORTEST_PROBE) return altered;
  const origin = originOf(actual.subarray(0, PROBE_BYTES), actual, { ...mismatch, expected });
  // What is left out or repeated shifts what follows, and nothing is shifted.
  if (origin?.kind === "missing")
    return { kind: "reordered", bytes: commonLength(actual, expected.subarray(origin.bytes)) };
  if (origin?.kind === "repeated") return { kind: "stale", bytes: length, back: origin.bytes };
  return origin ?? altered;
}

/** Finds where the received bytes come from, and so what the server did to them. */
function locate(mismatch: Mismatch): Diagnosis | undefined {
  const { actual, expected } = mismatch;
  const shortfall = expected.length - actual.length;
  if (actual.length < TELLING_BYTES) {
    return shortfall > 0 ? { kind: "unclear", bytes: actual.length, expected: expected.length } : undefined;
  }
  if (shortfall > 0 && startsAlike(actual, expected.subarray(shortfall), actual.length)) {
    return { kind: "missing", bytes: shortfall };
  }
  const length = wrongInPlace(mismatch);
  if (length !== undefined) return diagnoseInPlace(mismatch, length);
  if (actual.length < SHORTEST_PROBE) return nearbyOrigin(mismatch);
  const origin =
    originOf(actual.subarray(0, PROBE_BYTES), actual, mismatch) ??
    originOf(actual.subarray(0, SHORTEST_PROBE), actual, mismatch);
  if (origin) return origin;
  const goesOn = expected.length < SHORTEST_PROBE ? -1 : actual.indexOf(expected.subarray(0, PROBE_BYTES));
  return goesOn > 0 ? { kind: "inserted", bytes: goesOn } : undefined;
}

/** Names what the server did to the bytes. */
export function diagnose(mismatch: Mismatch): Diagnosis {
  const { actual, expected, isDistinct } = mismatch;
  const place = isDistinct ? locate(mismatch) : undefined;
  if (place) return place;
  const { compared, bytes, bits } = countAltered(actual, expected);
  const isMostlyRight = bytes <= Math.max(compared / 2, 1);
  if (isMostlyRight || !isDistinct) return { kind: "altered", bytes, bits };
  return actual.length < SHORTEST_PROBE
    ? { kind: "unclear", bytes: actual.length, expected: expected.length }
    : { kind: "unknown" };
}

/** Bytes that differ in more bits than a fault of memory or of a cable flips were replaced. */
const isFlipped = (bytes: number, bits: number): boolean => bytes < TELLING_BYTES || bits <= 2 * bytes;

const onWhich = { earlier: "on an earlier connection", any: "on another connection" } as const;

/** The diagnosis in words. */
export function describeDiagnosis(diagnosis: Diagnosis): string {
  switch (diagnosis.kind) {
    case "altered": {
      const bytes = plural(diagnosis.bytes, "byte");
      return isFlipped(diagnosis.bytes, diagnosis.bits)
        ? `${plural(diagnosis.bits, "bit")} flipped in ${bytes}`
        : `${bytes} replaced by others`;
    }
    case "missing":
      return `${plural(diagnosis.bytes, "byte")} left out`;
    case "repeated":
      return `${plural(diagnosis.bytes, "byte")} repeated`;
    case "reordered":
      return `bytes out of order: ${plural(diagnosis.bytes, "byte")} came too early`;
    case "inserted":
      return `${plural(diagnosis.bytes, "byte")} too many between those that were sent`;
    case "stale":
      return `${plural(diagnosis.bytes, "byte")} that had come ${plural(diagnosis.back, "byte")} before`;
    case "stale-or-foreign":
      return `bytes that had come ${plural(diagnosis.back, "byte")} before, or that were sent ${onWhich[diagnosis.others]}`;
    case "foreign":
      return `bytes that were sent ${onWhich[diagnosis.others]}`;
    case "elsewhere":
      return "bytes from another part of the payload";
    case "unknown":
      return "bytes that were never sent";
    case "unclear":
      return `${plural(diagnosis.bytes, "byte")} came instead of ${formatCount(diagnosis.expected)}, too few to tell from where`;
  }
}
