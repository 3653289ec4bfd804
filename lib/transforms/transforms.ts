import { uppercase } from "./uppercase.ts";

/**
 * Every transform, by its name in `--transform` and `--expect-transform`. It maps each byte by itself, so the result does
 * not depend on how a stream is cut into reads, and has as many bytes.
 */
const transforms = { uppercase } as const satisfies Record<string, (byte: number) => number>;

/** `none` changes nothing. */
export type TransformName = "none" | keyof typeof transforms;

export const transformNames: readonly TransformName[] = ["none", ...(Object.keys(transforms) as TransformName[])];

/** Changes bytes in place. */
export type Transform = (bytes: Uint8Array) => void;

/** The transform of that name; undefined for `none`. */
export function findTransform(name: TransformName): Transform | undefined {
  if (name === "none") return undefined;
  // A table instead of a call for each byte: on random bytes the branches of a transform would be mispredicted.
  const table = Uint8Array.from({ length: 256 }, (_, byte) => transforms[name](byte));
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = table[bytes[i] ?? 0] ?? 0;
  };
}
