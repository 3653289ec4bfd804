import { unreadableReason } from "../../lib/files/unreadable-reason.ts";
import { UsageError } from "../../lib/errors.ts";
import type { Transform } from "../../lib/transforms/transforms.ts";
import { readWholeFile } from "../../lib/files/whole-file.ts";
import { type GeneratedPayload, generatedPayloads, generatePayload } from "../../lib/payload/generated-payload.ts";
import { allocatePayload, type PayloadMemory, wrapPayload } from "../../lib/payload/payload-table.ts";

/** Which bytes are sent. */
export type PayloadKind = { readonly kind: GeneratedPayload } | { readonly kind: "file"; readonly path: string };

/** Parses `random`, `zeros`, `text` or `file:PATH`; undefined for anything else. */
export function parsePayloadKind(text: string): PayloadKind | undefined {
  const kind = generatedPayloads.find((each) => each === text);
  if (kind) return { kind };
  const path = text.startsWith("file:") ? text.slice("file:".length) : "";
  return path ? { kind: "file", path } : undefined;
}

/** The kind as written on the command line. */
export const payloadKindText = (kind: PayloadKind): string => (kind.kind === "file" ? `file:${kind.path}` : kind.kind);

const MAX_FILE_BYTES = 2 ** 30;

function readPayloadFile(path: string): Buffer {
  const flag = `--payload "file:${path}"`;
  try {
    const bytes = readWholeFile(path, MAX_FILE_BYTES);
    if (bytes.length === 0) throw new UsageError(`${flag}: expected a file that is not empty`);
    return bytes;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof RangeError) throw new UsageError(`${flag}: expected a file of at most 1 GiB`);
    throw new UsageError(`${flag}: ${unreadableReason(error)}`);
  }
}

/**
 * Creates the bytes of a run. The same seed and kind give the same bytes.
 * @throws UsageError when the file cannot be used
 */
export function createPayload(kind: PayloadKind, seed: number): PayloadMemory {
  if (kind.kind !== "file") return generatePayload(kind.kind, seed);
  const file = readPayloadFile(kind.path);
  const payload = allocatePayload(file.length);
  new Uint8Array(payload.memory).set(file);
  wrapPayload(payload);
  return payload;
}

/** The bytes that a server with this transform sends back. */
export function expectedEcho(payload: PayloadMemory, transform: Transform | undefined): PayloadMemory {
  if (!transform) return payload;
  const memory = new SharedArrayBuffer(payload.memory.byteLength);
  const bytes = new Uint8Array(memory);
  bytes.set(new Uint8Array(payload.memory));
  transform(bytes);
  return { memory, periodBytes: payload.periodBytes };
}

/** Whether a run of bytes occurs only once in the payload. */
export const isDistinct = ({ kind }: PayloadKind): boolean => kind === "random" || kind === "text";
