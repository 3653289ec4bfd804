import { ValueError } from "../../lib/errors.ts";
import { parseSizeBytes } from "../../lib/text/parse-units.ts";
import { formatSize } from "../../lib/text/format-units.ts";
import { createRandom } from "../../lib/payload/random.ts";

const MAX_BYTES = 2 ** 30;

/** How large messages are, in bytes. */
export type MessageSize =
  | { readonly kind: "fixed"; readonly bytes: number }
  /** both ends included */
  | { readonly kind: "range"; readonly min: number; readonly max: number }
  | { readonly kind: "weighted"; readonly choices: ReadonlyArray<{ readonly bytes: number; readonly weight: number }> };

function parseBytes(text: string | undefined): number | undefined {
  const bytes = parseSizeBytes(text?.trim() ?? "");
  if (bytes !== undefined && (bytes < 1 || bytes > MAX_BYTES)) throw new ValueError("expected sizes from 1 to 1 GiB");
  return bytes;
}

/** Their sum must be exact. */
const MAX_WEIGHT = 999_999_999;

function parseChoice(text: string): { bytes: number; weight: number } | undefined {
  const [size, weightText = "", ...rest] = text.split(":");
  const bytes = parseBytes(size);
  if (!/^\d+$/.test(weightText.trim())) return undefined;
  const weight = Number(weightText);
  if (weight < 1 || weight > MAX_WEIGHT) throw new ValueError(`expected weights from 1 to ${MAX_WEIGHT}`);
  return bytes !== undefined && rest.length === 0 ? { bytes, weight } : undefined;
}

/**
 * Parses `1024`, `64-1500` (drawn evenly) or `64:7,576:4,1500:1` (drawn by weight); undefined for anything else.
 * @throws ValueError for a size or a weight out of its bounds
 */
export function parseMessageSize(text: string): MessageSize | undefined {
  if (text.includes(":")) {
    const choices = text.split(",").map(parseChoice);
    const known = choices.filter((choice) => choice !== undefined);
    return known.length === choices.length ? { kind: "weighted", choices: known } : undefined;
  }
  const [from, to, ...rest] = text.split("-");
  const min = parseBytes(from);
  if (min === undefined || rest.length > 0) return undefined;
  if (to === undefined) return { kind: "fixed", bytes: min };
  const max = parseBytes(to);
  return max !== undefined && max > min ? { kind: "range", min, max } : undefined;
}

/** The size as written on the command line, in bytes. */
export function messageSizeText(size: MessageSize): string {
  if (size.kind === "fixed") return String(size.bytes);
  if (size.kind === "range") return `${size.min}-${size.max}`;
  return size.choices.map(({ bytes, weight }) => `${bytes}:${weight}`).join(",");
}

/** The messages in words: `1 KiB messages`, `messages of 64 B (58 %), 576 B (33 %), 1500 B (8 %)`. */
export function describeMessageSize(size: MessageSize): string {
  if (size.kind === "fixed") return `${formatSize(size.bytes)} messages`;
  if (size.kind === "range") return `messages of ${formatSize(size.min)} to ${formatSize(size.max)}`;
  const total = size.choices.reduce((sum, { weight }) => sum + weight, 0);
  const shares = size.choices.map(
    ({ bytes, weight }) => `${formatSize(bytes)} (${Math.round((weight / total) * 100)} %)`,
  );
  return `messages of ${shares.join(", ")}`;
}

/** Returns a function that draws the size of each message. @param seed the same seed draws the same sizes */
export function createSizeDraw(size: MessageSize, seed: number): () => number {
  if (size.kind === "fixed") return () => size.bytes;
  const random = createRandom(seed);
  if (size.kind === "range") return () => size.min + Math.floor(random() * (size.max - size.min + 1));
  const total = size.choices.reduce((sum, { weight }) => sum + weight, 0);
  const last = size.choices.at(-1)?.bytes ?? 1;
  return () => {
    let left = random() * total;
    for (const { bytes, weight } of size.choices) {
      left -= weight;
      if (left < 0) return bytes;
    }
    return last;
  };
}

/** A list of more sizes is reported in ranges. */
const MAX_SIZE_ROWS = 16;

/** Message sizes that are reported together, both ends included. */
export interface SizeClass {
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** From `min` to `max`, split at powers of two. */
function powerClasses(min: number, max: number): SizeClass[] {
  const bounds = [min];
  for (let bound = 2 ** (Math.floor(Math.log2(min)) + 1); bound <= max; bound *= 2) bounds.push(bound);
  return bounds.map((minBytes, i) => ({ minBytes, maxBytes: (bounds[i + 1] ?? max + 1) - 1 }));
}

/** The classes that are reported apart: each size of a short list, otherwise ranges; none when all sizes are equal. */
export function sizeClasses(size: MessageSize): SizeClass[] {
  if (size.kind === "fixed") return [];
  if (size.kind === "range") return powerClasses(size.min, size.max);
  const sizes = [...new Set(size.choices.map(({ bytes }) => bytes))].toSorted((a, b) => a - b);
  if (sizes.length <= MAX_SIZE_ROWS) return sizes.map((bytes) => ({ minBytes: bytes, maxBytes: bytes }));
  return powerClasses(sizes[0] ?? 1, sizes.at(-1) ?? 1);
}

/** Index of the class of a message. A last message that --bytes cut short counts in the class below. */
export function sizeClassOf(classes: readonly SizeClass[], bytes: number): number {
  let at = classes.length - 1;
  while (at > 0 && bytes < (classes[at] as SizeClass).minBytes) at--;
  return at;
}
