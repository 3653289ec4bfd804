import { readFileSync } from "node:fs";

const O_NONBLOCK = 0o4_000;

/** Standard output and standard error. Standard input is not written to. */
const shared = [1, 2] as const;

/** The flags of an open file; undefined where there is no Linux /proc. */
function flagsOf(descriptor: number): number | undefined {
  try {
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8"))?.[1];
    return flags === undefined ? undefined : Number.parseInt(flags, 8);
  } catch {
    return undefined;
  }
}

const waits = (descriptor: number): boolean => ((flagsOf(descriptor) ?? O_NONBLOCK) & O_NONBLOCK) === 0;

/** Streams on which a write waited for the reader when this program was started. */
const waited = shared.filter(waits);

/**
 * Lets writes to the standard streams wait again, as they did before: Bun has switched that off for every program that
 * has the same pipe, and most programs lose what they cannot write at once.
 */
export async function restoreStreams(): Promise<void> {
  const changed = waited.filter((descriptor) => !waits(descriptor));
  if (changed.length === 0) return;
  // Only here, because most ends need no call of the C library.
  const { setFlags } = await import("../posix/descriptors.ts");
  for (const descriptor of changed) setFlags(descriptor, (flagsOf(descriptor) ?? 0) & ~O_NONBLOCK);
}
