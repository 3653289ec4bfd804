import type * as Yaml from "yaml";
import { messageOf } from "../errors.ts";
import { withoutMark } from "../files/json.ts";

/** Loaded for a YAML or JSON config file only, as it takes longer to load than everything else here. */
const loadYaml = (): typeof Yaml => require("yaml");

/** A number that is another one than was written, such as 9007199254740993, is kept as it was written. */
const exact = (value: unknown, source: string | undefined): unknown =>
  typeof value === "number" && !Number.isSafeInteger(Math.trunc(value)) && source !== undefined ? source : value;

/** Errors whose messages quote the file, which may hold a secret, or speak to programmers. */
const yamlReasons: Readonly<Record<string, string>> = {
  BAD_COLLECTION_TYPE: "Wrong tag of a collection",
  BAD_DIRECTIVE: "Unknown directive",
  BAD_DQ_ESCAPE: "Invalid escape sequence",
  BAD_SCALAR_START: "Plain value cannot start with a reserved character",
  MULTIPLE_DOCS: "expected one document, found several",
  TAG_RESOLVE_FAILED: "Unresolved tag",
  UNEXPECTED_TOKEN: "Unexpected token",
};

function yamlReason({ code, message, linePos }: Yaml.YAMLError): string {
  const reason = yamlReasons[code] ?? message.split(/ at line \d/, 1)[0] ?? "";
  const [start] = linePos ?? [];
  return start ? `${reason} at line ${start.line}, column ${start.col}` : reason;
}

/** The first key of a top-level map that is there twice. */
function findRepeated(keys: readonly string[]): string | undefined {
  return keys.find((key, i) => keys.indexOf(key) !== i);
}

/** @throws Error for a key that is there twice: which of its values was meant is anybody's guess */
function parseYaml(text: string): unknown {
  const { isMap, isScalar, parseDocument, visit } = loadYaml();
  const document = parseDocument(text, { merge: true, uniqueKeys: false, logLevel: "error" });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem?.message.startsWith("Maximum call stack")) throw new RangeError(problem.message);
  if (problem) throw new Error(yamlReason(problem));
  if (isMap(document.contents)) {
    const keys = document.contents.items.map(({ key }) => (isScalar(key) ? String(key.value) : String(key)));
    const repeated = findRepeated(keys.filter((key) => key !== "<<"));
    if (repeated !== undefined) throw new Error(`${repeated}: expected once, found twice`);
  }
  visit(document, { Scalar: (_key, node) => void (node.value = exact(node.value, node.source)) });
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // What follows the colon is the name of an alias, which may be a secret that begins with an asterisk.
    throw error instanceof ReferenceError ? new Error(error.message.split(": ", 1)[0], { cause: error }) : error;
  }
}

const keepExact = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  exact(value, context?.source);

/** JSON is YAML, but a file that ends in .json shall be JSON. */
function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(withoutMark(text), keepExact);
  parseYaml(text);
  return value;
}

/** Dates and times, which Bun reads as Temporal has them. */
const isDate = (value: unknown): boolean => Object.prototype.toString.call(value).startsWith("[object Temporal.");

/** TOML has dates without quotes, which options take as text. */
function parseToml(text: string): unknown {
  const entries = Object.entries(Bun.TOML.parse(text)).map(([name, value]: [string, unknown]) => [
    name,
    isDate(value) ? String(value) : value,
  ]);
  return Object.fromEntries(entries);
}

const parsers = new Map<string, (text: string) => unknown>([
  [".toml", parseToml],
  [".yaml", parseYaml],
  [".yml", parseYaml],
  [".json", parseStrictJson],
]);

const isSign = (quoted: string): boolean => /^(?:[^"'`]|(["'`]).\1)*$/s.test(quoted);

/** A parser's message without what it quotes of the file, which may be a secret: signs and names of options stay. */
function withoutQuotes(message: string, names: readonly string[]): string {
  if (isSign(message)) return message;
  return message.replace(/(["'`])(.*)\1/s, (quoted, _mark, text: string) => (names.includes(text) ? quoted : "***"));
}

/**
 * What a config file holds.
 * @param extension of the file, such as `.toml`
 * @param names of the options, which messages may show
 * @returns undefined when there are no such config files
 * @throws Error that says why it cannot be parsed, in words that quote no value
 */
export function parseConfig(extension: string, text: string, names: readonly string[]): unknown {
  const parse = parsers.get(extension.toLowerCase());
  if (!parse) return undefined;
  if (withoutMark(text).trim() === "") return {};
  try {
    return parse(text) ?? {};
  } catch (error) {
    if (error instanceof RangeError) throw new Error("its values are nested too deeply", { cause: error });
    throw new Error(withoutQuotes(messageOf(error), names), { cause: error });
  }
}
