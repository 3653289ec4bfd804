/** Classes of traffic by name, each a Differentiated Services code point: RFC 2474, 2597, 3246, 4594, 8622. */
const codePoints: ReadonlyMap<string, number> = new Map([
  ["le", 1],
  ["ef", 46],
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((selector) => [`cs${selector}`, selector * 8] as const),
  ...[1, 2, 3, 4].flatMap((assured) =>
    [1, 2, 3].map((drop) => [`af${assured}${drop}`, assured * 8 + drop * 2] as const),
  ),
]);

const HIGHEST = 63;

/** The code point of `ef`, `af11` to `af43`, `cs0` to `cs7`, `le`, or of a number from 0 to 63; undefined for any other text. */
export function parseDscp(text: string): number | undefined {
  const named = codePoints.get(text.toLowerCase());
  if (named !== undefined) return named;
  return /^\d{1,2}$/.test(text) && Number(text) <= HIGHEST ? Number(text) : undefined;
}

/** A code point by its name if it has one: `ef (46)`, `3`. */
export function formatDscp(codePoint: number): string {
  const [name] = [...codePoints].find(([, each]) => each === codePoint) ?? [];
  return name === undefined ? String(codePoint) : `${name} (${codePoint})`;
}
