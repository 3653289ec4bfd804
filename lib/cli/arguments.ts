import { parseArgs } from "node:util";
import { UsageError } from "../errors.ts";
import { visible } from "../text/harmless.ts";
import { parseSwitch } from "./option-kinds.ts";
import { isNegatable, isOperand, type OptionSpec, shownValue } from "./option-spec.ts";
import { suggestion } from "./suggest.ts";

/** A value as the user wrote it, with a label for error messages: `--conns "0"`. */
export interface Given {
  readonly raw: unknown;
  readonly label: string;
  /** where it was written: the flag, the environment variable or the file */
  readonly origin: string;
}

/** @throws UsageError when the word after a flag may be its value, or the first of the words without a flag */
function refuseUnclear({ name, hint }: OptionSpec, word: string, operand: OptionSpec): void {
  if (!operand.isLikely?.(word)) return;
  const value = hint === "" ? "on or off" : hint;
  throw new UsageError(
    `--${name} "${word}": may be ${value} or ${operand.hint}: write --${name}=${word}, or "${word}" before --${name}`,
  );
}

/**
 * Rewrites `--flag on`, `--json` and `--json FILE` to the form `--name=value`, so that one parser reads them all.
 * @throws UsageError when a word may be such a value or an operand
 */
function joinValues(argv: readonly string[], specs: readonly OptionSpec[]): string[] {
  const joined: string[] = [];
  const operands = specs.filter(isOperand);
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? "";
    const next = argv[i + 1];
    const spec = specs.find((each) => argument === `--${each.name}`);
    const isValue =
      spec !== undefined &&
      next !== undefined &&
      ((spec.arity === "flag" && parseSwitch(next) !== undefined) ||
        (spec.arity === "optional" && (next === "-" || !next.startsWith("-"))));
    if (isValue) {
      for (const operand of operands) refuseUnclear(spec, next, operand);
      i++;
    }
    joined.push(isValue ? `${argument}=${next}` : spec?.arity === "optional" ? `${argument}=-` : argument);
  }
  return joined;
}

function knownFlags(specs: readonly OptionSpec[]): string[] {
  const flags = specs.filter((spec) => !isOperand(spec));
  const off = specs.filter(isNegatable).map((spec) => `--no-${spec.name}`);
  return [...flags.map((spec) => `--${spec.name}`), ...off, "--help", "--version", "--print-config"];
}

const secretFlags = (specs: readonly OptionSpec[]): string[] =>
  specs.filter(({ isSecret, shown }) => isSecret || shown).map(({ name }) => `--${name}`);

function parserOptions(specs: readonly OptionSpec[]) {
  const options: Record<string, { type: "string" | "boolean"; short?: string }> = {};
  for (const spec of specs.filter((each) => !isOperand(each))) {
    const type = spec.arity === "flag" ? "boolean" : "string";
    options[spec.name] = { type, ...(spec.short && { short: spec.short }) };
    if (isNegatable(spec)) options[`no-${spec.name}`] = { type: "boolean" };
  }
  return options;
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function readFlag(token: OptionToken, spec: OptionSpec): Given {
  const { rawName, value } = token;
  if (spec.arity === "flag") {
    const negated = token.name !== spec.name;
    if (negated && value !== undefined) throw new UsageError(`${rawName} "${value}": takes no value`);
    return {
      raw: negated ? false : (value ?? true),
      label: value === undefined ? rawName : `${rawName} "${value}"`,
      origin: rawName,
    };
  }
  if (value === undefined) throw new UsageError(`${rawName}: expected a value (${spec.hint})`);
  if (!token.inlineValue && value.startsWith("-") && value !== "-") {
    throw new UsageError(`${rawName}: expected a value (${spec.hint}), found ${shownValue(spec, value)}`);
  }
  return { raw: value, label: `${rawName} "${visible(shownValue(spec, value))}"`, origin: rawName };
}

/**
 * Keeps the value of an option that has one. A later flag wins, so that a script can override what it was given.
 * @throws UsageError when the option names a file and has another one, which would not be written or read
 */
function set(given: Map<string, Given>, { key, file }: OptionSpec, value: Given): void {
  const earlier = given.get(key);
  if (file !== undefined && earlier && earlier.raw !== value.raw) {
    throw new UsageError(`${value.label}: expected once, found also ${earlier.label}`);
  }
  given.set(key, value);
}

/** Appends a value to those given before. */
function add(given: Map<string, Given>, { key }: OptionSpec, value: Given): void {
  const earlier = given.get(key)?.raw;
  given.set(key, { ...value, raw: [...(Array.isArray(earlier) ? earlier : []), value.raw] });
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];

/** Gives a word without a flag to the next of the operands that still want one. */
function addOperand(given: Map<string, Given>, wanting: OptionSpec[], word: string, hasSecret: boolean): void {
  const operand = wanting[0];
  if (!operand) {
    throw new UsageError(
      `${hasSecret ? "***" : `"${word}"`}: unexpected word; every option starts with --, see --help`,
    );
  }
  const { key, hint: origin } = operand;
  if (operand.arity === "operands") return add(given, operand, { raw: word, label: origin, origin });
  wanting.shift();
  given.set(key, { raw: word, label: `${origin} "${word}"`, origin });
}

/** @param next what follows the flag, which may be its value */
function refuseUnknown(
  { rawName, value: inline }: OptionToken,
  next: Token | undefined,
  specs: readonly OptionSpec[],
  hasSecret: boolean,
): never {
  const value = inline ?? (next?.kind === "positional" ? next.value : undefined);
  // Where a secret was meant, the value may be one.
  const isShown = value !== undefined && !hasSecret && suggestion(rawName, secretFlags(specs)) === "";
  const written = isShown ? `${rawName} "${value}"` : rawName;
  throw new UsageError(`${written}: unknown flag${suggestion(rawName, knownFlags(specs))}`);
}

const specOf = (name: string, specs: readonly OptionSpec[]): OptionSpec | undefined =>
  specs.find((each) => (!isOperand(each) && name === each.name) || (isNegatable(each) && name === `no-${each.name}`));

/**
 * Reads a command line strictly.
 * @returns the given values by option key; those of a list option together
 * @throws UsageError for an unknown flag, a missing value, a stray word, two files of an option that has one, or a word
 * that may be two things
 */
export function readArguments(argv: readonly string[], specs: readonly OptionSpec[]): Map<string, Given> {
  const { tokens } = parseArgs({
    args: joinValues(argv, specs),
    options: parserOptions(specs),
    strict: false,
    tokens: true,
  });
  const given = new Map<string, Given>();
  const wanting = specs.filter(isOperand);
  const secrets = secretFlags(specs);
  // What follows a secret may be the rest of it, after a space.
  const hasSecret = tokens.some((each) => each.kind === "option" && secrets.includes(each.rawName));
  for (const [i, token] of tokens.entries()) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      addOperand(given, wanting, token.value, hasSecret);
      continue;
    }
    const spec = specOf(token.name, specs) ?? refuseUnknown(token, tokens[i + 1], specs, hasSecret);
    const value = readFlag(token, spec);
    if (spec.arity === "list") add(given, spec, { ...value, label: token.rawName, origin: token.rawName });
    else set(given, spec, value);
  }
  return given;
}
