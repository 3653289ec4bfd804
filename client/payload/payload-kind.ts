/** Which bytes are sent. */
export type PayloadKind =
  | { readonly kind: "random" }
  | { readonly kind: "zeros" }
  | { readonly kind: "text" }
  | { readonly kind: "file"; readonly path: string };

/** Reads `random`, `zeros`, `text` or `file:PATH`; undefined for anything else. */
export function parsePayloadKind(text: string): PayloadKind | undefined {
  if (text === "random" || text === "zeros" || text === "text") return { kind: text };
  const path = text.startsWith("file:") ? text.slice("file:".length) : "";
  return path ? { kind: "file", path } : undefined;
}

/** The kind as it is written on the command line. */
export const payloadKindText = (kind: PayloadKind): string => (kind.kind === "file" ? `file:${kind.path}` : kind.kind);
