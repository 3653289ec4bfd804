/** Numbers from 0 to below 1. */
export type Random = () => number;

/** A whole number from `min` to `max`. */
export const between = (random: Random, min: number, max: number): number =>
  min + Math.floor(random() * (max - min + 1));

/** One of several. */
export function oneOf<T>(random: Random, values: readonly [T, ...T[]]): T {
  return values[between(random, 0, values.length - 1)] ?? values[0];
}

/** Random bytes. */
export function bytesOf(random: Random, length: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4)).map(() => random() * 2 ** 32);
  return Buffer.from(words.buffer, 0, length);
}
