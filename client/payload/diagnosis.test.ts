import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Diagnosis, describeDiagnosis, diagnose, type OtherConnections } from "./diagnosis.ts";
import { createPayload } from "./payload.ts";
import { PayloadTable } from "../../lib/payload/payload-table.ts";

const table = new PayloadTable(createPayload({ kind: "random" }, 3));
const stream = table.copy(0, 40_000);

/** Diagnoses the bytes received instead of `stream[start..end)`, from the first wrong one on. */
function diagnoseEcho(start: number, end: number, received: Buffer, others: OtherConnections = "any"): Diagnosis {
  const expected = stream.subarray(start, end);
  let same = 0;
  while (same < expected.length && received[same] === expected[same]) same++;
  return diagnose({
    actual: received.subarray(same),
    expected: expected.subarray(same),
    before: stream.subarray(0, start + same),
    payload: table.bytes,
    isDistinct: true,
    others,
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
      fc.property(fc.nat({ max: 3_890 }), fc.integer({ min: 1, max: 99 }), (at, bytes) => {
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
    expect(diagnoseEcho(10_000, 14_000, table.copy(500_000, 4_000))).toEqual({ kind: "foreign", others: "any" });
    expect(diagnoseEcho(10_000, 14_000, Buffer.alloc(4_000, 0xaa))).toEqual({ kind: "unknown" });
  });

  const anyOthers = fc.constantFrom<OtherConnections>("none", "earlier", "any");
  const from = 10_000;
  const to = 14_000;
  const place = fc.integer({ min: from + 100, max: to - 200 });

  test("a repeat of any length, with one connection or several", () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 99 }), anyOthers, (at, bytes, others) => {
        const received = Buffer.concat([stream.subarray(from, at), stream.subarray(at - bytes, to - bytes)]);
        expect(diagnoseEcho(from, to, received, others)).toEqual({ kind: "repeated", bytes });
      }),
    );
  });

  test("a repeat of the last bytes, after which nothing comes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 99 }), anyOthers, (bytes, others) => {
        const received = Buffer.concat([stream.subarray(from, to), stream.subarray(to - bytes, to)]);
        expect(diagnoseEcho(from, to, received, others)).toEqual({ kind: "repeated", bytes });
      }),
    );
  });

  test("neighbouring parts that changed places, however short", () => {
    const length = fc.integer({ min: 4, max: 60 });
    fc.assert(
      fc.property(place, length, length, anyOthers, (at, first, second, others) => {
        const [a, b, c] = [at, at + first, at + first + second];
        // Where their ends are alike, less than they changed places.
        fc.pre(stream[a] !== stream[b] && stream[b - 1] !== stream[c - 1]);
        const received = Buffer.concat([
          stream.subarray(from, a),
          stream.subarray(b, c),
          stream.subarray(a, b),
          stream.subarray(c, to),
        ]);
        expect(diagnoseEcho(from, to, received, others).kind).toBe("reordered");
      }),
    );
  });

  test("parts that changed places with one between them", () => {
    const [a, b, c, d, e] = [10_500, 10_540, 10_600, 10_640, 14_000];
    const parts = [
      [from, a],
      [c, d],
      [b, c],
      [a, b],
      [d, e],
    ] as const;
    const received = Buffer.concat(parts.map(([start, end]) => stream.subarray(start, end)));
    expect(diagnoseEcho(from, to, received)).toEqual({ kind: "reordered", bytes: 40 });
  });

  test("bytes that nobody sent, between two that were", () => {
    fc.assert(
      fc.property(place, fc.uint8Array({ minLength: 1, maxLength: 60 }), anyOthers, (at, junk, others) => {
        const received = Buffer.concat([stream.subarray(from, at), junk, stream.subarray(at, to)]);
        const { kind } = diagnoseEcho(from, to, received, others);
        // One byte may by chance be what came before it.
        expect(junk.length === 1 ? ["inserted", "repeated"] : ["inserted"]).toContain(kind);
      }),
    );
  });

  test("stale bytes in the place of others", () => {
    const back = fc.integer({ min: 700, max: 9_000 });
    fc.assert(
      fc.property(place, fc.integer({ min: 9, max: 99 }), back, anyOthers, (at, bytes, distance, others) => {
        const received = Buffer.from(stream.subarray(from, to));
        stream.copy(received, at - from, at - distance, at - distance + bytes);
        const found = diagnoseEcho(from, to, received, others);
        // By chance the first or the last of them may be right.
        expect(found).toMatchObject({ kind: "stale", back: distance });
        expect(found.kind === "stale" && found.bytes).toBeWithin(bytes - 2, bytes + 1);
      }),
    );
  });

  test("bytes of another connection for a while, or of another place where there is no other connection", () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 10, max: 99 }), anyOthers, fc.boolean(), (at, bytes, others, isInPlace) => {
        const received = Buffer.concat([
          stream.subarray(from, at),
          table.copy(500_000, bytes),
          stream.subarray(isInPlace ? at + bytes : at, to),
        ]);
        expect(diagnoseEcho(from, to, received, others)).toEqual(
          others === "none" ? { kind: "elsewhere" } : { kind: "foreign", others: others },
        );
      }),
    );
  });

  test("bytes from far back may be those of another connection, if there is one", () => {
    const long = table.copy(0, 600_000);
    const mismatch = {
      actual: long.subarray(100_000, 100_500),
      expected: table.copy(600_000, 4_000),
      ...{ before: long, payload: table.bytes, isDistinct: true },
    };
    expect(diagnose({ ...mismatch, others: "any" })).toEqual({
      kind: "stale-or-foreign",
      back: 500_000,
      others: "any",
    });
    expect(diagnose({ ...mismatch, others: "none" })).toEqual({ kind: "stale", bytes: 500, back: 500_000 });
  });

  test("fewer than four bytes tell nothing", () => {
    for (const bytes of [1, 2, 3]) {
      const received = stream.subarray(12_000, 12_000 + bytes);
      expect(diagnoseEcho(from, to, received)).toEqual({ kind: "unclear", bytes, expected: 4_000 });
    }
  });

  test("however few bytes come after a fault, it gets no other name than its own or none", () => {
    const faults = {
      repeated: (at: number, n: number) => [stream.subarray(at - n, to - n)],
      missing: (at: number, n: number) => [stream.subarray(at + n, to)],
      inserted: (at: number, n: number) => [Buffer.alloc(n, 0xee), stream.subarray(at, to)],
      reordered: (at: number, n: number) => [
        stream.subarray(at + n, at + 2 * n),
        stream.subarray(at, at + n),
        stream.subarray(at + 2 * n, to),
      ],
      foreign: (at: number, n: number) => [table.copy(500_000, n), stream.subarray(at + n, to)],
    } as const;
    // Until the other part of an exchange comes, the first one is missing. What is in place and shorter than a probe is only seen to differ.
    const honest: Record<keyof typeof faults, readonly string[]> = {
      repeated: ["repeated", "stale", "unclear"],
      missing: ["missing", "unclear"],
      inserted: ["inserted", "unknown", "unclear"],
      reordered: ["reordered", "missing", "altered", "unclear", "unknown"],
      foreign: ["foreign", "altered", "unclear", "unknown"],
    };
    const kinds = fc.constantFrom(...(Object.keys(faults) as Array<keyof typeof faults>));
    fc.assert(
      fc.property(
        kinds,
        place,
        fc.integer({ min: 4, max: 40 }),
        fc.integer({ min: 4, max: 200 }),
        (kind, at, bytes, shown) => {
          const wrong = Buffer.concat([...faults[kind](at, bytes)]);
          const received = Buffer.concat([stream.subarray(from, at), wrong.subarray(0, shown)]);
          const found = diagnoseEcho(from, to, received).kind;
          expect(honest[kind].includes(found) ? "" : `${kind} of ${bytes} bytes, ${shown} shown: ${found}`).toBe("");
        },
      ),
      { numRuns: 1_000 },
    );
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
      others: "any" as const,
    };
    expect(diagnose(mismatch)).toEqual({ kind: "altered", bytes: 1, bits: 8 });
  });

  test("describes a diagnosis in words", () => {
    expect(describeDiagnosis({ kind: "altered", bytes: 1, bits: 1 })).toBe("1 bit flipped in 1 byte");
    expect(describeDiagnosis({ kind: "altered", bytes: 9, bits: 40 })).toBe("9 bytes replaced by others");
    expect(describeDiagnosis({ kind: "missing", bytes: 1_024 })).toBe("1,024 bytes left out");
    expect(describeDiagnosis({ kind: "stale", bytes: 20, back: 4_096 })).toBe(
      "20 bytes that had come 4,096 bytes before",
    );
    expect(describeDiagnosis({ kind: "foreign", others: "any" })).toBe("bytes that were sent on another connection");
    expect(describeDiagnosis({ kind: "foreign", others: "earlier" })).toBe(
      "bytes that were sent on an earlier connection",
    );
    expect(describeDiagnosis({ kind: "stale-or-foreign", back: 70_000, others: "earlier" })).toBe(
      "bytes that had come 70,000 bytes before, or that were sent on an earlier connection",
    );
    expect(describeDiagnosis({ kind: "unclear", bytes: 1, expected: 4_000 })).toBe(
      "1 byte came instead of 4,000, too few to tell from where",
    );
  });
});
