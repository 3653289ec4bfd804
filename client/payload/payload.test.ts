import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { createPayload, type PayloadKind } from "./payload.ts";
import { PayloadTable } from "../../lib/payload/payload-table.ts";
import { TemporaryFolder } from "../../test/fixtures/temporary-folder.ts";

const tableOf = (kind: PayloadKind, seed = 1): PayloadTable => new PayloadTable(createPayload(kind, seed));
const random = tableOf({ kind: "random" });

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** The stream by its definition, byte by byte. */
const streamByte = (table: PayloadTable, position: number): number => table.bytes[position % table.periodBytes] ?? -1;

describe("the payload", () => {
  test("is the same for the same seed, and another one for another seed", () => {
    expect(tableOf({ kind: "random" }, 7).bytes.equals(tableOf({ kind: "random" }, 7).bytes)).toBe(true);
    expect(tableOf({ kind: "random" }, 7).bytes.equals(tableOf({ kind: "random" }, 8).bytes)).toBe(false);
  });

  test("has a prime period of over 1 MiB, followed by its first 64 KiB", () => {
    const { periodBytes, bytes } = random;
    expect(periodBytes).toBeGreaterThan(2 ** 20);
    for (let divisor = 2; divisor * divisor <= periodBytes; divisor++) expect(periodBytes % divisor).not.toBe(0);
    expect(bytes.length).toBe(periodBytes + 2 ** 16);
    expect(bytes.subarray(periodBytes).equals(bytes.subarray(0, 2 ** 16))).toBe(true);
  });

  test("is random enough that no 8 bytes of it occur twice", () => {
    const seen = new Set<bigint>();
    for (let i = 0; i + 8 <= random.periodBytes; i += 8) seen.add(random.bytes.readBigUInt64LE(i));
    expect(seen.size).toBe(Math.floor(random.periodBytes / 8));
  });

  test("of text is printable", () => {
    expect(tableOf({ kind: "text" }).bytes.toString("latin1")).toMatch(/^[A-Za-z0-9+/\n]+$/);
  });

  test.each(["x", "hello", "y".repeat(100_000)])("of a short file is the file, repeated", (content) => {
    const path = folder.join("payload");
    writeFileSync(path, content);
    const table = tableOf({ kind: "file", path });
    expect(table.periodBytes).toBe(content.length);
    expect(table.copy(0, content.length * 3).toString()).toBe(content.repeat(3));
  });

  test("of an empty file, a folder or a missing file is an error", () => {
    const path = folder.join("empty");
    writeFileSync(path, "");
    expect(() => tableOf({ kind: "file", path })).toThrow("expected a file that is not empty");
    expect(() => tableOf({ kind: "file", path: "/no-such-file" })).toThrow("no such file");
    expect(() => tableOf({ kind: "file", path: "/" })).toThrow('--payload "file:/"');
  });

  test.each([1, 2, 3, 4, 12, 1_000])("of %p bytes has as many starts, and repeats none before", (bytes) => {
    const path = folder.join("starts");
    writeFileSync(path, "x".repeat(bytes));
    const table = tableOf({ kind: "file", path });
    for (const seed of [0, 1, 2 ** 32 - 1]) {
      const starts = Array.from({ length: bytes }, (_, i) => table.startOf(seed, i));
      expect(starts.toSorted((a, b) => a - b)).toEqual(Array.from(starts.keys()));
    }
  });

  test("starts at another position for every connection, far from the one before", () => {
    const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(seeds, fc.nat({ max: 1e9 }), (seed, ordinal) => {
        const starts = Array.from({ length: 1_000 }, (_, i) => random.startOf(seed, ordinal + i));
        expect(new Set(starts).size).toBe(1_000);
        const [first = 0, second = 0] = starts;
        const ahead = (second - first + random.periodBytes) % random.periodBytes;
        expect(ahead).toBeWithin(random.periodBytes / 4 - 1, (random.periodBytes * 3) / 4 + 1);
      }),
    );
  });
});

describe("firstDifference", () => {
  const anywhere = fc.integer({ min: 0, max: random.periodBytes - 1 });

  test("finds none in the stream's own bytes, for any position and length", () => {
    fc.assert(
      fc.property(anywhere, fc.integer({ min: 0, max: 3_000_000 }), (position, length) => {
        const copy = random.copy(position, length);
        expect(random.firstDifference(copy, position)).toBe(-1);
        for (const at of [0, length - 1].filter((each) => each >= 0 && length > 0)) {
          expect(copy[at]).toBe(streamByte(random, position + at));
        }
      }),
      { numRuns: 30 },
    );
  });

  test("finds any changed byte", () => {
    fc.assert(
      fc.property(
        anywhere,
        fc.integer({ min: 1, max: 1_500_000 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (position, length, where, mask) => {
          const copy = random.copy(position, length);
          const at = where % length;
          copy[at] = (copy[at] ?? 0) ^ mask;
          expect(random.firstDifference(copy, position)).toBe(at);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("rewind reverses advance", () => {
    fc.assert(
      fc.property(anywhere, fc.nat(), (position, bytes) => {
        expect(random.advance(random.rewind(position, bytes), bytes)).toBe(position);
      }),
    );
  });
});

describe("a payload file whose size is not what the system tells", () => {
  const load = (path: string): number => createPayload({ kind: "file", path }, 1).periodBytes;

  test("is read to its end, although the system tells that it is empty", () => {
    expect(load("/proc/self/status")).toBeGreaterThan(100);
  });

  test("is refused when it holds nothing", () => {
    expect(() => load("/dev/null")).toThrow('--payload "file:/dev/null": expected a file that is not empty');
  });
});
