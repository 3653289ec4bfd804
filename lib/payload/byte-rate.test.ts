import { describe, expect, test } from "bun:test";
import { ByteRate } from "./byte-rate.ts";

/** Sends whenever it may, looking at these times. @returns bytes */
function sendAt(rate: ByteRate, timesNs: Iterable<number>): number {
  let bytes = 0;
  for (const nowNs of timesNs) {
    while (rate.isDue(nowNs)) {
      rate.sent(rate.pieceBytes);
      bytes += rate.pieceBytes;
    }
  }
  return bytes;
}

const every = (stepNs: number, fromNs: number, toNs: number): number[] =>
  Array.from({ length: Math.floor((toNs - fromNs) / stepNs) + 1 }, (_, i) => fromNs + i * stepNs);

describe("a rate of bytes", () => {
  test.each([1_000, 125_000, 12_500_000, 1_250_000_000])(
    "of %i a second sends that much in a second",
    (bytesPerSecond) => {
      const rate = new ByteRate(bytesPerSecond);
      const sent = sendAt(rate, every(1e6, 5e9, 6e9));
      expect(sent).toBeWithin(bytesPerSecond - rate.pieceBytes, bytesPerSecond + 2 * rate.pieceBytes + 1);
    },
  );

  test.each([
    [125, 13],
    [5_120, 512],
    [1_000_000, 2_000],
    [1e12, 65_536],
  ])("of %i a second goes in pieces of %i bytes", (bytesPerSecond, pieceBytes) => {
    expect(new ByteRate(bytesPerSecond).pieceBytes).toBe(pieceBytes);
  });

  test("sends its first piece at once, and says when the next one is due", () => {
    const rate = new ByteRate(1_000_000);
    expect(rate.isDue(7e9)).toBe(true);
    rate.sent(rate.pieceBytes);
    expect([rate.isDue(7e9), rate.dueNs()]).toEqual([false, 7e9 + rate.pieceBytes * 1_000]);
  });

  test("makes up for a short pause, and not for a long one", () => {
    const rate = new ByteRate(1_000_000);
    sendAt(rate, [0]);
    expect(sendAt(rate, [50e6])).toBeWithin(48_000, 52_001);
    expect(sendAt(rate, [10e9])).toBeWithin(98_000, 104_001);
  });
});
