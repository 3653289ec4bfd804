import { existsSync } from "node:fs";
import { z } from "zod";
import { descriptorOf } from "../files/file-identity.ts";
import { ValueError } from "../errors.ts";
import { parseDurationMs, parseSizeBytes } from "../text/parse-units.ts";
import { durationText } from "../text/format-units.ts";

/** How an option is written on the command line. */
export interface OptionKind {
  /**
   * `flag` takes no value or on/off; `optional` can omit its value; `list` can be repeated; `operand` is one word without
   * a flag; `operands` are all remaining words
   */
  readonly arity: "flag" | "required" | "optional" | "list" | "operand" | "operands";
  /** what help calls the value, such as `PORT` */
  readonly hint: string;
  /** for a list: whether a comma is part of a value instead of separating two */
  readonly isWhole?: boolean;
  /** for a list: the regular expression of what separates two values in one text; a comma unless given */
  readonly separator?: string;
  /** whether a config file has to have it in quotes: as a number, 007 would be 7 */
  readonly isText?: boolean;
  /** one-letter form, without the dash */
  readonly short?: string;
  /** what a config file may contain, as JSON Schema */
  readonly json?: Readonly<Record<string, unknown>>;
  /** whether its value must never be shown */
  readonly isSecret?: boolean;
  /** the value as others may see it, where a part of it may be a secret */
  readonly shown?: (value: string) => string;
  /** for the path of a file, or of what has a `path`: whether the program reads or writes it */
  readonly file?: "input" | "output";
  /** whether it is the path of a folder */
  readonly isFolder?: boolean;
  /** the words that it can be, where they are few */
  readonly words?: readonly string[];
  /** for operands: whether a word is meant as one of them where it could also be the value of a flag */
  readonly isLikely?: (word: string) => boolean;
}

/** The kind of every option schema made here, found again by `describeOptions`. */
export const optionKinds = z.registry<OptionKind>();

type Raw = string | number | boolean;

/** Reads text. @returns the value, or why it is none */
function attempt<T>(parse: (text: string) => T | undefined, text: string, expected: string): { value: T } | string {
  try {
    const value = parse(text);
    return value === undefined ? `expected ${expected}` : { value };
  } catch (error) {
    if (error instanceof ValueError) return error.message;
    throw error;
  }
}

/** A scalar read by `parse`, which returns undefined for invalid text or throws a ValueError that says more. */
function scalar<T>(kind: OptionKind, expected: string, parse: (text: string) => T | undefined) {
  const scalars = kind.arity === "flag" ? [z.string(), z.number(), z.boolean()] : [z.string(), z.number()];
  return z
    .union(scalars, { error: `expected ${expected}` })
    .transform((raw: Raw, context): T => {
      const isUnquoted = kind.isText && typeof raw === "number";
      const read = isUnquoted ? `expected ${expected}, in quotes` : attempt(parse, String(raw).trim(), expected);
      if (typeof read === "object") return read.value;
      context.addIssue({ code: "custom", message: read });
      return z.NEVER;
    })
    .register(optionKinds, kind);
}

const switchWords = new Map([
  ...["on", "true", "yes", "1"].map((word) => [word, true] as const),
  ...["off", "false", "no", "0"].map((word) => [word, false] as const),
]);

/** The boolean that a word such as `on` or `false` stands for. */
export const parseSwitch = (text: string): boolean | undefined => switchWords.get(text.toLowerCase());

/** On or off; on the command line the bare flag means on. */
export const flag = (short?: string) =>
  scalar({ arity: "flag", hint: "", json: { type: "boolean" }, ...(short && { short }) }, "on or off", parseSwitch);

/** A whole number from `min` to `max`. */
export function integer(hint: string, min: number, max: number = Number.MAX_SAFE_INTEGER) {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const json = { type: "integer", minimum: min, maximum: max };
  return scalar({ arity: "required", hint, json }, `an integer ${range}`, (text) => {
    const value = /^(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)$/.test(text) ? Number(text.replaceAll(",", "")) : Number.NaN;
    if (value > max) throw new ValueError(`expected an integer from ${min} to ${max}`);
    return value >= min ? value : undefined;
  });
}

const LONGEST_DURATION = `${Math.floor(Number.MAX_SAFE_INTEGER / 3_600_000)}h`;

const exampleDurations = [500, 30_000, 120_000];

/** A duration, in milliseconds. */
export function duration(minMs: number) {
  const [last = "", ...others] = exampleDurations
    .filter((ms) => ms >= minMs)
    .toReversed()
    .map(durationText);
  const bound = minMs > 0 ? ` of at least ${durationText(minMs)}` : "";
  const expected = `a duration${bound} such as ${[others.toReversed().join(", "), last].filter(Boolean).join(" or ")}`;
  return scalar({ arity: "required", hint: "TIME", json: { type: "string", examples: ["30s"] } }, expected, (text) => {
    const ms = parseDurationMs(text);
    if (ms === Number.POSITIVE_INFINITY) throw new ValueError(`expected a duration of at most ${LONGEST_DURATION}`);
    return ms !== undefined && ms >= minMs ? ms : undefined;
  });
}

/** An amount of bytes from `min` to `max`. */
export function size(min: number, max: number, maxText: string) {
  const expected = `a size from ${min} to ${maxText} such as 1024, 64k or 1MB`;
  const json = { type: ["integer", "string"], examples: ["64k"] };
  return scalar({ arity: "required", hint: "SIZE", json }, expected, (text) => {
    const bytes = parseSizeBytes(text);
    return bytes !== undefined && bytes >= min && bytes <= max ? bytes : undefined;
  });
}

/** A value of a program's own kind, read by `parse`. */
export const custom = <T>(
  hint: string,
  expected: string,
  parse: (text: string) => T | undefined,
  more: Pick<OptionKind, "file" | "shown"> = {},
) => scalar({ arity: "required", hint, ...more }, expected, parse);

const listJson = { type: ["array", "string"], items: { type: "string" } };

/** Any text that is not empty. */
export const text = (hint: string, expected: string, more: Pick<OptionKind, "file" | "isFolder" | "shown"> = {}) =>
  scalar(
    { arity: "required", hint, json: { type: "string" }, isText: true, ...more },
    expected,
    (value) => value || undefined,
  );

/** The path of a folder. */
export const folder = () => text("DIR", "a folder", { isFolder: true });

/** The path of a file that the program reads. */
export const inputFile = (expected: string) => text("FILE", expected, { file: "input" });

/** The path of a file that the program writes. */
export const writtenFile = (expected = "a file to write") => text("FILE", expected, { file: "output" });

/** A token that HTTP can carry: printable ASCII without spaces. It is never shown. */
export const secret = (hint: string, expected: string) =>
  scalar({ arity: "required", hint, json: { type: "string" }, isText: true, isSecret: true }, expected, (value) =>
    /^[!-~]+$/.test(value) ? value : undefined,
  );

/** A web address as others may see it: without user, password and query. */
export const shownWebAddress = (address: string): string =>
  address.replace(/^([a-z]+:\/\/)?.*@/is, "$1***@").replace(/[?#].*$/s, "?***");

/** An http or https address, without a password, which would be seen wherever the address is. */
export const webAddress = (expected: string) =>
  scalar({ arity: "required", hint: "URL", json: { type: "string" }, shown: shownWebAddress }, expected, (value) => {
    const url = /^https?:\/\//i.test(value) ? URL.parse(value) : null;
    return url && url.username === "" && url.password === "" ? value : undefined;
  });

/**
 * A list whose values may contain commas: several come from repeating the flag, or from an array in a config file.
 * @param check why all values do not go together, and the index of the one that is wrong
 */
export function repeatable<T>(
  hint: string,
  expected: string,
  parse: (text: string) => T | undefined,
  check: (values: readonly T[]) => readonly [at: number, problem: string] | undefined = () => undefined,
) {
  const values = z.array(custom(hint, expected, parse)).superRefine((all, context) => {
    const [at, message] = check(all) ?? [];
    if (at !== undefined) context.addIssue({ code: "custom", path: [at], message });
  });
  return z
    .preprocess((raw) => [raw].flat(), values)
    .register(optionKinds, { arity: "list", hint, isWhole: true, json: listJson });
}

/** A word without a flag; operands are given in the order of the shape. */
export const operand = (hint: string, expected: string) =>
  scalar({ arity: "operand", hint, isLikely: existsSync }, expected, (value) => value || undefined);

/** A word without a flag that is one of a few. */
export const operandChoice = <const T extends string>(hint: string, values: readonly T[]) =>
  scalar(
    { arity: "operand", hint, words: values, isLikely: (word) => values.some((each) => each === word) },
    `one of ${values.join(", ")}`,
    (value) => values.find((each) => each === value),
  );

/**
 * Any number of words without a flag, each read by `parse`: paths, unless `isLikely` says otherwise.
 * @param isLikely see `OptionKind`
 */
export const operands = <T>(
  hint: string,
  expected: string,
  parse: (text: string) => T | undefined,
  isLikely: (word: string) => boolean = existsSync,
) => z.array(custom(hint, expected, parse)).register(optionKinds, { arity: "operands", hint, isWhole: true, isLikely });

/** The config file, which `resolveOptions` reads. */
export const configFile = () =>
  inputFile("the path of a file").optional().describe("read options from a .toml, .yaml or .json file");

/** A file to write, or `-` for standard output, which is also what the bare flag means. */
export const outputFile = () =>
  scalar(
    { arity: "optional", hint: "FILE", json: { type: "string" }, file: "output" },
    "a file to write, or - for standard output",
    (value) => (descriptorOf(value) === 1 ? "-" : value || undefined),
  );

/** One of a few words. */
export function choice<const T extends string>(values: readonly T[]) {
  const isOne = (value: string): value is T => values.some((each) => each === value);
  const expected = `one of ${values.join(", ")}`;
  const kind = { arity: "required", hint: values.join("|"), words: values, json: { enum: values } } as const;
  return scalar(kind, expected, (value) => (isOne(value) ? value : undefined));
}

/**
 * Any number of values, each read by `parse`: repeated, joined by `separator`, or an array in a config file.
 * @param more see `OptionKind`
 */
export function list<T>(
  hint: string,
  expected: string,
  parse: (text: string) => T | undefined,
  more: Pick<OptionKind, "separator" | "words"> = {},
) {
  const { separator = "," } = more;
  const split = (raw: unknown): unknown => (typeof raw === "string" ? raw.split(new RegExp(separator)) : raw);
  return z
    .preprocess((raw) => [raw].flat().flatMap(split), z.array(custom(hint, expected, parse)))
    .register(optionKinds, { arity: "list", hint, json: listJson, ...more, separator });
}
