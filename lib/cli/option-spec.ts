import { z } from "zod";
import { type OptionKind, optionKinds } from "./option-kinds.ts";

/** Option schemas by key; the key is the flag in camel case. */
export type OptionShape = Record<string, z.ZodType>;

/** The options of a program, under the headings of its help. */
export type OptionSections = Record<string, OptionShape>;

/** One option, as the command line, the environment, the config file and help need it. */
export interface OptionSpec extends OptionKind {
  readonly key: string;
  /** long flag without dashes, also the key in a config file: `max-conns` */
  readonly name: string;
  readonly schema: z.ZodType;
  readonly description: string;
  /** as a user would write it; undefined when omitting the option has a meaning of its own */
  readonly defaultValue: unknown;
}

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Removes the wrappers of `optional()` and `prefault()`. @returns the kind of the inner schema, and the default */
function unwrap(schema: z.ZodType): { kind: OptionKind; defaultValue: unknown } {
  const kind = optionKinds.get(schema);
  if (kind) return { kind, defaultValue: undefined };
  if (schema instanceof z.ZodPrefault && schema.def.innerType instanceof z.ZodType) {
    return { ...unwrap(schema.def.innerType), defaultValue: schema.def.defaultValue };
  }
  if (schema instanceof z.ZodOptional && schema.def.innerType instanceof z.ZodType) return unwrap(schema.def.innerType);
  throw new TypeError("an option's schema has to come from option-kinds.ts");
}

/** The options of a shape, in its order. */
export function describeOptions(shape: OptionShape): OptionSpec[] {
  return Object.entries(shape).map(([key, schema]) => {
    const { kind, defaultValue } = unwrap(schema);
    return { ...kind, key, name: kebab(key), schema, description: schema.description ?? "", defaultValue };
  });
}

function scalarText(value: unknown): string {
  if (Array.isArray(value)) return "[...]";
  if (typeof value === "object" && value !== null) return "{...}";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** A value of a config file as it is written in JSON. What is nested, which no option takes, is only indicated. */
export const rawText = (raw: unknown): string =>
  Array.isArray(raw) ? `[${raw.map(scalarText).join(",")}]` : scalarText(raw);

/** A value as messages, results and files may show it. */
export function shownValue({ isSecret, shown }: OptionKind, value: unknown): string {
  if (isSecret) return "***";
  const text = typeof value === "string" ? value : rawText(value);
  return shown ? shown(text) : text;
}

/** Resolved options as a result may keep them: without secrets. @param shape their schemas */
export function shownOptions(shape: OptionShape, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const specs = new Map(describeOptions(shape).map((spec) => [spec.key, spec]));
  return Object.fromEntries(
    Object.entries(options).flatMap(([key, value]) => {
      const { isSecret, shown } = specs.get(key) ?? {};
      return isSecret ? [] : [[key, shown && value !== undefined ? shown(String(value)) : value]];
    }),
  );
}

/** Whether the option is given as words without a flag. */
export const isOperand = ({ arity }: Pick<OptionSpec, "arity">): boolean => arity === "operand" || arity === "operands";

/** Whether the flag is on by default, and so is switched off by `--no-NAME`. */
export const isNegatable = (spec: OptionSpec): boolean =>
  spec.arity === "flag" && spec.defaultValue === true && !spec.name.startsWith("no-");

const inCapitals = (words: string): string => words.replaceAll("-", "_").toUpperCase();

/**
 * What the environment variables of a program begin with: `ECHO_SERVER_`.
 * @param program such as `echo-server`, or `echo-bench peers`, whose variables are those of `echo-bench`
 */
export const environmentPrefix = (program: string): string => inCapitals(`${program.replace(/ .*/, "")}-`);

/** The environment variable of an option: `ECHO_SERVER_MAX_CONNS`. @param program as for `environmentPrefix` */
export const environmentName = (program: string, spec: Pick<OptionSpec, "name">): string =>
  environmentPrefix(program) + inCapitals(spec.name);
