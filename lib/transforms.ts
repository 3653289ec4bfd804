import { uppercase } from "./transforms/uppercase.ts";

/**
 * Changes bytes where they are. What becomes of a byte depends on that byte alone, so that it does not matter how a
 * stream is cut into reads, and as many bytes come back as were sent.
 */
export type Transform = (bytes: Uint8Array) => void;

/** Every transform by the name that `--transform` and `--expect-transform` take; `none` changes nothing. */
const transforms = { uppercase } as const satisfies Record<string, Transform>;

export type TransformName = "none" | keyof typeof transforms;

export const transformNames: readonly TransformName[] = ["none", ...(Object.keys(transforms) as TransformName[])];

/** The transform of that name; undefined for `none`. */
export const findTransform = (name: TransformName): Transform | undefined =>
  name === "none" ? undefined : transforms[name];
