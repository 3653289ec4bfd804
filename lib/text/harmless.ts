/*
 * Text that a peer, a certificate, a server, a name or a file can choose must not act on what shows it: move a cursor,
 * set a window's title, turn the direction of a line, hide, or begin a line of its own. There is one function for each
 * thing that shows text: a terminal or a log takes `visible`, and a whole result `harmless`; JSON takes `toJson`; the
 * markup of pages is made by `html`, and that of files for other programs by the functions in `markup.ts`.
 */

/**
 * Code points that are not seen as a sign of their own: controls, bidirectional overrides, zero-width and other ignored
 * ones, line separators, private ones, lone surrogates and noncharacters.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escape(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return short[character] ?? (code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u{${code}}`);
}

/** The text in one line, with an escape such as `\x1b` or `\u{202e}` for each code point that cannot be seen. */
export const visible = (text: string): string => text.replace(hidden, escape);

/** The same for text of several lines: line breaks stay. */
export const visibleLines = (text: string): string =>
  text.replace(hidden, (each) => (each === "\n" ? each : escape(each)));

/** Levels of nested data that are looked into; no result has as many. */
const MAX_DEPTH = 64;

function isPlain(data: unknown): data is object {
  if (typeof data !== "object" || data === null) return false;
  const prototype: unknown = Object.getPrototypeOf(data);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Plain data, such as a result, with all its text made visible, names of fields included. Instances of classes are kept
 * as they are; what is nested too deeply is left out.
 */
export function harmless<T>(data: T): T;
export function harmless(data: unknown, depth?: number): unknown;
export function harmless(data: unknown, depth = MAX_DEPTH): unknown {
  if (typeof data === "string") return visible(data);
  if (Array.isArray(data)) return depth === 0 ? [] : data.map((each) => harmless(each, depth - 1));
  if (!isPlain(data)) return data;
  if (depth === 0) return {};
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [visible(key), harmless(value, depth - 1)]));
}

/** Escapes of JSON: `\u202e`, and two of them for a code point above U+FFFF. */
const inJson = (character: string): string =>
  character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** JSON that means the same as that of `JSON.stringify`, in which nothing is hidden: it may be shown on a terminal. */
export const toJson = (data: unknown, indent?: number): string =>
  // The line breaks of the indentation are the only hidden characters outside of strings.
  JSON.stringify(data, null, indent).replace(hidden, (each) => (each === "\n" ? each : inJson(each)));

/** A value in TOML, whose strings, numbers, booleans and arrays are written as in JSON, but for escapes above U+FFFF. */
export const toToml = (value: unknown): string =>
  JSON.stringify(value).replace(hidden, (each) => {
    const code = (each.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
