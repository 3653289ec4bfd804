import { describe, expect, test } from "bun:test";
import {
  createSizeDraw,
  describeMessageSize,
  messageSizeText,
  parseMessageSize,
  sizeClasses,
  sizeClassOf,
} from "./message-size.ts";

describe("parseMessageSize", () => {
  test.each([
    ["1024", "1024", "1 KiB messages"],
    ["64k", "65536", "64 KiB messages"],
    ["64-1500", "64-1500", "messages of 64 B to 1500 B"],
    ["1k-1MB", "1024-1000000", "messages of 1 KiB to 1.00 MB"],
    ["64:7,576:4,1500:1", "64:7,576:4,1500:1", "messages of 64 B (58 %), 576 B (33 %), 1500 B (8 %)"],
    ["1k:1", "1024:1", "messages of 1 KiB (100 %)"],
  ])("reads %s", (text, written, described) => {
    const size = parseMessageSize(text);
    expect(size && [messageSizeText(size), describeMessageSize(size)]).toEqual([written, described]);
  });

  test.each(["", "1500-64", "64-64", "64-", "-64", "1-2-3", "64:", "64:7,", "64:7:1", "64,576", "64:x"])(
    "does not understand %p",
    (text) => expect(parseMessageSize(text)).toBeUndefined(),
  );

  test.each([
    ["0", "expected sizes from 1 to 1 GiB"],
    ["2g", "expected sizes from 1 to 1 GiB"],
    ["64-2GiB", "expected sizes from 1 to 1 GiB"],
    ["9007199254740993:1", "expected sizes from 1 to 1 GiB"],
    ["64:0", "expected weights from 1 to 999999999"],
    ["64:1000000000", "expected weights from 1 to 999999999"],
  ])("names the bound that %p exceeds", (text, message) => expect(() => parseMessageSize(text)).toThrow(message));
});

function draw(text: string, count: number, seed = 1): number[] {
  const size = parseMessageSize(text);
  if (!size) throw new Error(text);
  const next = createSizeDraw(size, seed);
  return Array.from({ length: count }, () => next());
}

describe("createSizeDraw", () => {
  test("draws evenly from a range, both ends included", () => {
    const counts = new Map<number, number>();
    for (const bytes of draw("10-14", 50_000)) counts.set(bytes, (counts.get(bytes) ?? 0) + 1);
    expect([...counts.keys()].toSorted()).toEqual([10, 11, 12, 13, 14]);
    for (const count of counts.values()) expect(count).toBeWithin(9_500, 10_500);
  });

  test("draws by weight", () => {
    const drawn = draw("64:7,576:4,1500:1", 120_000);
    const share = (bytes: number): number => drawn.filter((each) => each === bytes).length / 10_000;
    expect(share(64)).toBeWithin(6.8, 7.2);
    expect(share(576)).toBeWithin(3.85, 4.15);
    expect(share(1_500)).toBeWithin(0.9, 1.1);
  });

  test("repeats for the same seed, and not for another", () => {
    expect(draw("1-1000", 50, 3)).toEqual(draw("1-1000", 50, 3));
    expect(draw("1-1000", 50, 3)).not.toEqual(draw("1-1000", 50, 4));
  });
});

test("sizes of a short list are reported one by one, others in ranges of powers of two", () => {
  const rows = (text: string) => {
    const size = parseMessageSize(text);
    return size ? sizeClasses(size).map(({ minBytes, maxBytes }) => [minBytes, maxBytes]) : [];
  };
  expect(rows("1024")).toEqual([]);
  expect(rows("1500:1,64:7,576:4,64:1")).toEqual([
    [64, 64],
    [576, 576],
    [1500, 1500],
  ]);
  expect(rows("100-600")).toEqual([
    [100, 127],
    [128, 255],
    [256, 511],
    [512, 600],
  ]);
  expect(rows(Array.from({ length: 17 }, (_, i) => `${100 + i}:1`).join(","))).toEqual([[100, 116]]);
});

test("a message belongs to the class of its size, a shortened one to the class below", () => {
  const classes = [64, 576, 1500].map((bytes) => ({ minBytes: bytes, maxBytes: bytes }));
  expect([3, 64, 575, 576, 1499, 1500].map((bytes) => sizeClassOf(classes, bytes))).toEqual([0, 0, 0, 1, 1, 2]);
});
