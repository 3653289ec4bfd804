import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Diagnosis, describeDiagnosis, diagnose } from "./diagnosis.ts";
import { createPayload, PayloadTable } from "./payload.ts";

const table = new PayloadTable(createPayload({ kind: "random" }, 3));
const stream = table.copy(0, 40_000);

/** Diagnoses what came instead of `stream[start..end)`, from the first wrong byte on. */
function diagnoseEcho(start: number, end: number, came: Buffer): Diagnosis {
  const expected = stream.subarray(start, end);
  let same = 0;
  while (same < expected.length && came[same] === expected[same]) same++;
  return diagnose({
    actual: came.subarray(same),
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
        const came = Buffer.from(stream.subarray(10_000, 14_000));
        came[at] = (came[at] ?? 0) ^ (1 << bit);
        expect(diagnoseEcho(10_000, 14_000, came)).toEqual({ kind: "altered", bytes: 1, bits: 1 });
      }),
    );
  });

  test("bytes left out, even the first or the last", () => {
    fc.assert(
      fc.property(fc.nat({ max: 3_900 }), fc.integer({ min: 1, max: 99 }), (at, bytes) => {
        const came = Buffer.concat([
          stream.subarray(10_000, 10_000 + at),
          stream.subarray(10_000 + at + bytes, 14_000),
        ]);
        expect(diagnoseEcho(10_000, 14_000, came)).toEqual({ kind: "missing", bytes });
      }),
    );
  });

  test("bytes left out, with others following that fill the gap", () => {
    const came = Buffer.concat([stream.subarray(10_000, 11_000), stream.subarray(11_300, 14_300)]);
    expect(diagnoseEcho(10_000, 14_300, came)).toEqual({ kind: "missing", bytes: 300 });
  });

  test("a chunk repeated", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 2_000 }), (bytes) => {
        const chunk = stream.subarray(11_000, 11_000 + bytes);
        const came = Buffer.concat([
          stream.subarray(10_000, 11_000 + bytes),
          chunk,
          stream.subarray(11_000 + bytes, 14_000),
        ]);
        expect(diagnoseEcho(10_000, 14_000, came)).toEqual({ kind: "repeated", bytes });
      }),
    );
  });

  test("two chunks swapped", () => {
    const came = Buffer.concat([
      stream.subarray(11_000, 11_500),
      stream.subarray(10_000, 11_000),
      stream.subarray(11_500, 14_000),
    ]);
    expect(diagnoseEcho(10_000, 14_000, came)).toEqual({ kind: "reordered", bytes: 500 });
  });

  test("another connection's bytes, and bytes that nobody sent", () => {
    expect(diagnoseEcho(10_000, 14_000, table.copy(500_000, 4_000))).toEqual({ kind: "foreign" });
    expect(diagnoseEcho(10_000, 14_000, Buffer.alloc(4_000, 0xaa))).toEqual({ kind: "unknown" });
  });

  test("claims no places for a payload whose bytes are all alike", () => {
    const zeros = Buffer.alloc(100);
    const came = Buffer.from(zeros);
    came[3] = 0xff;
    const suspicion = {
      actual: came.subarray(3),
      expected: zeros.subarray(3),
      before: zeros,
      payload: zeros,
      isDistinct: false,
    };
    expect(diagnose(suspicion)).toEqual({ kind: "altered", bytes: 1, bits: 8 });
  });

  test("puts it into words", () => {
    expect(describeDiagnosis({ kind: "altered", bytes: 1, bits: 1 })).toBe("1 bit flipped in 1 byte");
    expect(describeDiagnosis({ kind: "missing", bytes: 1_024 })).toBe("1,024 bytes left out");
  });
});
