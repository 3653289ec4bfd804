import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemErrorCode } from "../../lib/errors.ts";

/** Memory that processes share: an open file without a name, which each of them maps. */
export interface SharedMemory extends Disposable {
  readonly descriptor: number;
  readonly buffer: ArrayBufferLike;
}

/** Maps the memory of a descriptor. */
export const mapDescriptor = (descriptor: number): ArrayBufferLike =>
  Bun.mmap(`/proc/self/fd/${descriptor}`, { shared: true }).buffer;

/** Opens a file in /dev/shm where that exists, else in the folder for temporary files, and deletes its name at once. */
function openNameless(bytes: number): number {
  for (const parent of ["/dev/shm", tmpdir()]) {
    try {
      const folder = mkdtempSync(join(parent, "echobench-"));
      const descriptor = openSync(join(folder, "counts"), "w+", 0o600);
      rmSync(folder, { recursive: true });
      ftruncateSync(descriptor, bytes);
      return descriptor;
    } catch (error) {
      if (parent === tmpdir() || !systemErrorCode(error)) throw error;
    }
  }
  throw new Error("the last folder either works or throws");
}

/** Creates memory of so many bytes, all zero. */
export function createSharedMemory(bytes: number): SharedMemory {
  const descriptor = openNameless(bytes);
  return {
    descriptor,
    buffer: mapDescriptor(descriptor),
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}
