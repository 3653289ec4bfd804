/** Acts on a terminal, turns the line, begins lines of its own, and is markup, a formula and a mention. */
export const hostile = "=1\u001b]0;owned\u0007\u009b2J\u202e\u2028\nerror: forged\r\0|<img src=x>]]>&@everyone\ud800";

/** Fields whose values decide how the others are shown. */
const kept = new Set([
  "schema",
  "verdict",
  "family",
  "mode",
  "limitedBy",
  "startedAt",
  "histograms",
  "engine",
  "outcome",
]);

/** Data with hostile text appended to every text in it. */
export function poisoned<T>(data: T): T;
export function poisoned(data: unknown): unknown {
  if (typeof data === "string") return data + hostile;
  if (Array.isArray(data)) return data.map((each) => poisoned(each as unknown));
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, kept.has(key) ? value : poisoned<unknown>(value)]),
  );
}

/** What is in a text and must not be: control and invisible characters, or a line that the hostile text began. */
export const dangersIn = (text: string): readonly string[] =>
  text.match(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|^error: forged/gmu) ?? [];
