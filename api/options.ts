import type { z } from "zod";
import { messageOf, UsageError } from "../lib/errors.ts";
import { suggestion } from "../lib/cli/suggest.ts";

/** The schema of a program's options, and what of it a caller may use. */
interface Accepted<S extends z.ZodObject, K extends keyof z.input<S>> {
  readonly schema: S;
  /** options that only make sense on a command line */
  readonly without: readonly K[];
}

/** Options as a caller gives them: as in a config file, but with keys in camel case. */
export type OptionsInput<S extends z.ZodObject, K extends keyof z.input<S>> = Omit<z.input<S>, K>;

/** JSON has no word for NaN, Infinity and large integers. */
const shown = (value: unknown): string =>
  typeof value === "number" || typeof value === "bigint" ? String(value) : JSON.stringify(value);

function describe(error: z.ZodError, options: object): string {
  const [issue] = error.issues;
  const [key = ""] = issue?.path ?? [];
  const value: unknown = (options as Record<PropertyKey, unknown>)[key];
  return `${String(key)} ${shown(value)}: ${issue?.message ?? messageOf(error)}`;
}

/**
 * Reads the options of a call.
 * @throws UsageError with the option, its value and what was expected
 */
export function readOptions<S extends z.ZodObject, K extends keyof z.input<S> & string>(
  { schema, without }: Accepted<S, K>,
  options: OptionsInput<S, K>,
): z.output<S> {
  if (typeof options !== "object" || options === null)
    throw new UsageError(`options ${String(options)}: expected an object`);
  const known = Object.keys(schema.shape).filter((key) => !without.some((each) => each === key));
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new UsageError(`${unknown}: unknown option${suggestion(unknown, known)}`);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const { data, error } = schema.safeParse(given);
  if (error) throw new UsageError(describe(error, options));
  return data;
}
