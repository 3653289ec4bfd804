import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";

/** Paths of other declarations that one names: `from "../x.ts"` and `import("../x.ts")`. */
const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:from|import\()\s*"(\.{1,2}\/[^"]+)\.ts"/g)].flatMap(([, path]) => path ?? []);

/** The declarations that others can be read from: the entry, and what it names. */
function reachedFrom(entry: string): ReadonlySet<string> {
  const reached = new Set([entry]);
  for (const file of reached) {
    for (const path of importsOf(readFileSync(file, "utf8"))) reached.add(join(dirname(file), `${path}.d.ts`));
  }
  return reached;
}

/**
 * Removes the declarations that nobody can import: the compiler writes one for each module behind the entry.
 * @throws Error when one that is needed is not there
 */
export function pruneDeclarations(folder: string, entry: string): void {
  const needed = reachedFrom(join(folder, entry));
  for (const path of new Glob("**/*.d.ts").scanSync(folder)) {
    const file = join(folder, path);
    if (!needed.has(file)) rmSync(file);
  }
}
