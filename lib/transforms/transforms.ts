import { uppercase } from "./uppercase.ts";

/**
 * Every transform by the name that `--transform` and `--expect-transform` take. It says what becomes of a byte: of that
 * byte alone, so that it does not matter how a stream is cut into reads, and as many bytes come back as were sent.
 */
const transforms = { uppercase } as const satisfies Record<string, (byte: number) => number>;

/** `none` changes nothing. */
export type TransformName = "none" | keyof typeof transforms;

export const transformNames: readonly TransformName[] = ["none", ...(Object.keys(transforms) as TransformName[])];

/** Changes bytes where they are. */
export type Transform = (bytes: Uint8Array) => void;

/** The transform of that name; undefined for `none`. */
export function findTransform(name: TransformName): Transform | undefined {
  if (name === "none") return undefined;
  // Looked up rather than worked out for each byte: random bytes leave the processor nothing to predict.
  const table = Uint8Array.from({ length: 256 }, (_, byte) => transforms[name](byte));
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = table[bytes[i] ?? 0] ?? 0;
  };
}
