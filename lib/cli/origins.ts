import { AppError } from "../errors.ts";
import { visible } from "../text/harmless.ts";
import type { Given } from "./arguments.ts";
import { type OptionSpec, shownValue } from "./option-spec.ts";

/**
 * A value after its flag, as in `--size "64"`; nothing for flags without one, for lists that were given in parts, and for
 * standard output, which stands for a file that was not named.
 */
function afterFlag(spec: OptionSpec, raw: unknown): string {
  const [value, ...others]: unknown[] = [raw].flat();
  const isOne = others.length === 0 && ((typeof value === "string" && value !== "-") || typeof value === "number");
  return spec.arity !== "flag" && isOne ? ` "${visible(shownValue(spec, value))}"` : "";
}

/**
 * The error with the value that its option was given, and where that was written. A program's own checks name an option
 * by its flag, which is not on the command line when the value comes from the environment or a file.
 */
export function withOrigin(error: unknown, specs: readonly OptionSpec[], given: ReadonlyMap<string, Given>): unknown {
  if (!(error instanceof AppError)) return error;
  const [written, flag] = /^--([a-z\d-]+)(?=[: ])/.exec(error.message) ?? [];
  const spec = specs.find(({ name }) => name === flag);
  const found = spec && given.get(spec.key);
  if (!written || !found) return error;
  const after = error.message.slice(written.length);
  // Some checks write the value themselves.
  const value = after.startsWith(":") ? afterFlag(spec, found.raw) : "";
  const origin = found.origin.startsWith("-") ? "" : ` (it was given by ${found.origin})`;
  error.message = written + value + after + origin;
  return error;
}
