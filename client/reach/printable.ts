/** So much of what another service says is shown. */
const SHOWN_CHARACTERS = 120;

const escapes: Readonly<Record<string, string>> = { "\r": "\\r", "\n": "\\n", "\t": "\\t", "\\": "\\\\" };

/** Text that changes nothing on a terminal: what cannot be printed is written as an escape. */
export const escaped = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("latin1")
    .replace(/[^ -~]|\\/g, (each) => escapes[each] ?? `\\x${each.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** The same, cut to what is worth showing. */
export function printable(bytes: Uint8Array): string {
  const text = escaped(bytes);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
}
