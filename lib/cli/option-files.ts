import { statSync } from "node:fs";
import type { OptionSpec } from "./option-spec.ts";
import { checkOutputs, type NamedFile } from "../process/output-checks.ts";

function pathsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  const isNamed = typeof value === "object" && value !== null && "path" in value;
  return isNamed && typeof value.path === "string" ? [value.path] : [];
}

/** Whether reading the path takes nothing from what is written there: of a pipe, a terminal, standard input. */
function isStream(path: string): boolean {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return path === "-" || found?.isFIFO() === true || found?.isCharacterDevice() === true;
  } catch {
    return false;
  }
}

/**
 * Checks the files of all options before the program runs: outputs can be written, and none goes where another one goes or
 * an input comes from.
 * @throws UsageError when one cannot
 */
export function checkFiles(specs: readonly OptionSpec[], options: object): void {
  const values: Readonly<Record<string, unknown>> = { ...options };
  const named = (use: OptionSpec["file"]): NamedFile[] =>
    specs
      .filter(({ file }) => file === use)
      .flatMap(({ key, name }) => pathsOf(values[key]).map((path) => [`--${name}`, path] as const));
  const inputs = named("input").filter(([, path]) => !isStream(path));
  // The main result, --json, is the last one: messages say that the others have to go elsewhere.
  checkOutputs(named("output").toReversed(), inputs);
}
