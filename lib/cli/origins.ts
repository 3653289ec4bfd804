import { AppError } from "../errors.ts";
import type { Given } from "./arguments.ts";
import type { OptionSpec } from "./option-spec.ts";

/**
 * The error with where its option was written. A program's own checks name an option by its flag, which is not on the
 * command line when the value comes from the environment or a file.
 */
export function withOrigin(error: unknown, specs: readonly OptionSpec[], given: ReadonlyMap<string, Given>): unknown {
  const [, flag] = (error instanceof AppError && /^--([a-z\d-]+)[: ]/.exec(error.message)) || [];
  const spec = specs.find(({ name }) => name === flag);
  const origin = spec && given.get(spec.key)?.origin;
  if (!(error instanceof AppError) || origin === undefined || origin.startsWith("-")) return error;
  error.message += ` (it was given by ${origin})`;
  return error;
}
