const [QUOTE, COLON, BACKSLASH] = ['"', ":", "\\"] as const;

/** Where the string that begins at an index of a valid text ends: behind its second quote. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf(QUOTE, start + 1); ; end = text.indexOf(QUOTE, end + 1)) {
    let before = end - 1;
    while (text[before] === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end + 1;
  }
}

/** The index of the first character from `start` on that is no space. */
function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && " \n\r\t".includes(text.charAt(at))) at++;
  return at;
}

/** How often the objects of a valid text name a field. */
function countWrittenFields(text: string): number {
  let count = 0;
  for (let at = text.indexOf(QUOTE); at !== -1; at = text.indexOf(QUOTE, at)) {
    at = skipSpace(text, endOfString(text, at));
    if (text[at] === COLON) count++;
  }
  return count;
}

/** How many fields the objects of some data have. It does not call itself, since data may be nested to any depth. */
function countFields(data: unknown): number {
  let count = 0;
  const left = [data];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next !== "object" || next === null) continue;
    const values: unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (!Array.isArray(next)) count += values.length;
    for (const value of values) if (typeof value === "object" && value !== null) left.push(value);
  }
  return count;
}

/** The first field that an object of a valid text names twice. It takes longer than reading the text. */
function findRepeated(text: string): string | undefined {
  const open: Array<Set<string>> = [];
  for (const [found, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g)) {
    if (found === "{") open.push(new Set());
    if (found === "}") open.pop();
    if (colon === undefined) continue;
    const name = String(JSON.parse(found.slice(0, -colon.length)));
    const names = open.at(-1);
    if (names?.has(name)) return name;
    names?.add(name);
  }
  return undefined;
}

/**
 * Parses JSON with or without a byte order mark, which editors on Windows write.
 * @throws SyntaxError, also for a field that is there twice: which of its values was meant is anybody's guess
 */
export function parseJson(text: string): unknown {
  const json = withoutMark(text);
  const data: unknown = JSON.parse(json);
  if (countWrittenFields(json) === countFields(data)) return data;
  throw new SyntaxError(`${findRepeated(json) ?? "a field"}: expected once, found twice`);
}

/** The text without its byte order mark. */
export const withoutMark = (text: string): string => text.replace(/^\uFEFF/, "");
