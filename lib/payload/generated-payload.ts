import { allocatePayload, type PayloadMemory, wrapPayload } from "./payload-table.ts";
import { mix32 } from "./random.ts";

/** Payloads that follow from a seed. */
export const generatedPayloads = ["random", "text", "zeros"] as const;

/** One of them. */
export type GeneratedPayload = (typeof generatedPayloads)[number];

/** Prime, and over 1 MiB: no message size divides it, so the messages move through the whole table. */
export const PAYLOAD_PERIOD_BYTES = 1_048_583;

function fillRandom(bytes: Uint8Array, seed: number): void {
  for (let i = 0; i < bytes.length; i += 4) {
    const word = mix32(Math.imul(seed, 0x85ebca6b) + Math.imul(i, 0x9e3779b1));
    for (let k = 0; k < 4 && i + k < bytes.length; k++) bytes[i + k] = word >>> (8 * k);
  }
}

/** Random printable characters in lines of 64, so that every wrong byte is found in text too. */
function fillText(bytes: Uint8Array, seed: number): void {
  const alphabet = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  fillRandom(bytes, seed);
  for (let i = 0; i < bytes.length; i++) bytes[i] = i % 65 === 64 ? 10 : (alphabet[(bytes[i] ?? 0) & 63] ?? 0);
}

/** Makes the bytes of a payload. The same seed and kind give the same bytes, on any machine. */
export function generatePayload(kind: GeneratedPayload, seed: number): PayloadMemory {
  const payload = allocatePayload(kind === "zeros" ? 1 : PAYLOAD_PERIOD_BYTES);
  const period = new Uint8Array(payload.memory, 0, payload.periodBytes);
  if (kind === "random") fillRandom(period, seed);
  else if (kind === "text") fillText(period, seed);
  wrapPayload(payload);
  return payload;
}
