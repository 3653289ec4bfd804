/** The value of an option as a saved result has it, which may be anything, as text. */
export function optionText(value: unknown): string {
  if (value === null || value === undefined) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}
