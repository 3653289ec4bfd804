import { closest, distance } from "fastest-levenshtein";

/** `; did you mean X?` where a known name is close to what was written, otherwise nothing. */
export function suggestion(written: string, known: readonly string[]): string {
  if (known.length === 0) return "";
  const nearest = closest(written, known);
  const near = distance(written, nearest) <= Math.max(2, Math.floor(written.length / 3)) || nearest.startsWith(written);
  return near ? `; did you mean ${nearest}?` : "";
}
