import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Diagnosis, describeDiagnosis, diagnose } from "./diagnosis.ts";
import { createPayload, PayloadTable } from "./payload.ts";

const table = new PayloadTable(createPayload({ kind: "random" }, 3));
const stream = table.copy(0, 40_000);

/** Diagnoses the bytes received instead of `stream[start..end)`, from the first wrong one on. */
function diagnoseEcho(start: number, end: number, received: Buffer): Diagnosis {
  const expected = stream.subarray(start, end);
  let same = 0;
  while (same < expected.length && received[same] === expected[same]) same++;
  return diagnose({
    actual: received.subarray(same),
    expected: expected.subarray(same),
    before: stream.subarray(0, start + same),
    payload: table.bytes,
    isDistinct: true,
  });
}

describe("diagnose", () => {
  test("one flipped bit", () => {
    fc.assert(
      fc.property(fc.nat({ max: 3_999 }), fc.nat({ max: 7 }), (at, bit) => {
        const received = Buffer.from(stream.subarray(10_000, 14_000));
        received[at] = (received[at] ?? 0) ^ (1 << bit);
        expect(diagnoseEcho(10_000, 14_000, received)).toEqual({ kind: "altered", bytes: 1, bits: 1 });
      }),
    );
  });

  test("bytes left out, even the first or the last", () => {
    fc.assert(
      fc.property(fc.nat({ max: 3_900 }), fc.integer({ min: 1, max: 99 }), (at, bytes) => {
        const received = Buffer.concat([
          stream.subarray(10_000, 10_000 + at),
          stream.subarray(10_000 + at + bytes, 14_000),
        ]);
        expect(diagnoseEcho(10_000, 14_000, received)).toEqual({ kind: "missing", bytes });
      }),
    );
  });

  test("bytes left out, with later bytes filling the gap", () => {
    const received = Buffer.concat([stream.subarray(10_000, 11_000), stream.subarray(11_300, 14_300)]);
    expect(diagnoseEcho(10_000, 14_300, received)).toEqual({ kind: "missing", bytes: 300 });
  });

  test("a chunk repeated", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 2_000 }), (bytes) => {
        const chunk = stream.subarray(11_000, 11_000 + bytes);
        const received = Buffer.concat([
          stream.subarray(10_000, 11_000 + bytes),
          chunk,
          stream.subarray(11_000 + bytes, 14_000),
        ]);
        expect(diagnoseEcho(10_000, 14_000, received)).toEqual({ kind: "repeated", bytes });
      }),
    );
  });

  test("two chunks swapped", () => {
    const received = Buffer.concat([
      stream.subarray(11_000, 11_500),
      stream.subarray(10_000, 11_000),
      stream.subarray(11_500, 14_000),
    ]);
    expect(diagnoseEcho(10_000, 14_000, received)).toEqual({ kind: "reordered", bytes: 500 });
  });

  test("bytes of another connection, and bytes that were never sent", () => {
    expect(diagnoseEcho(10_000, 14_000, table.copy(500_000, 4_000))).toEqual({ kind: "foreign" });
    expect(diagnoseEcho(10_000, 14_000, Buffer.alloc(4_000, 0xaa))).toEqual({ kind: "unknown" });
  });

  test("does not guess the origin of bytes when all payload bytes are the same", () => {
    const zeros = Buffer.alloc(100);
    const received = Buffer.from(zeros);
    received[3] = 0xff;
    const mismatch = {
      actual: received.subarray(3),
      expected: zeros.subarray(3),
      before: zeros,
      payload: zeros,
      isDistinct: false,
    };
    expect(diagnose(mismatch)).toEqual({ kind: "altered", bytes: 1, bits: 8 });
  });

  test("describes a diagnosis in words", () => {
    expect(describeDiagnosis({ kind: "altered", bytes: 1, bits: 1 })).toBe("1 bit flipped in 1 byte");
    expect(describeDiagnosis({ kind: "missing", bytes: 1_024 })).toBe("1,024 bytes left out");
  });
});
