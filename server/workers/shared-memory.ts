import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemErrorCode } from "../../lib/errors.ts";

/** Memory by which processes share numbers: an open file without a name, which each of them maps. */
export interface SharedMemory extends Disposable {
  readonly descriptor: number;
  readonly buffer: ArrayBufferLike;
}

/** The memory behind a descriptor. */
export const mapDescriptor = (descriptor: number): ArrayBufferLike =>
  Bun.mmap(`/proc/self/fd/${descriptor}`, { shared: true }).buffer;

/** A file in memory where there is such a place, else in the folder for temporary files; its name is gone at once. */
function openNameless(bytes: number): number {
  for (const place of ["/dev/shm", tmpdir()]) {
    try {
      const folder = mkdtempSync(join(place, "echobench-"));
      const descriptor = openSync(join(folder, "counts"), "w+", 0o600);
      rmSync(folder, { recursive: true });
      ftruncateSync(descriptor, bytes);
      return descriptor;
    } catch (error) {
      if (place === tmpdir() || !systemErrorCode(error)) throw error;
    }
  }
  throw new Error("the last place either works or throws");
}

/** Makes memory of so many bytes, all zero. */
export function createSharedMemory(bytes: number): SharedMemory {
  const descriptor = openNameless(bytes);
  return {
    descriptor,
    buffer: mapDescriptor(descriptor),
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}
