import { visible } from "../text/harmless.ts";

/** Markup that is escaped already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | readonly Html[];

function render(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === "string" || typeof part === "number") return Bun.escapeHTML(visible(String(part)));
  return part.map(({ text }) => text).join("");
}

/** Markup with values; a value that is not `Html` is escaped, and what cannot be seen in it is made visible. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.map((text, i) => text + (i < parts.length ? render(parts[i] ?? "") : "")).join(""));

/** The markup if the condition holds, else nothing. */
export const when = (condition: boolean, markup: () => Html): Html => (condition ? markup() : new Html(""));
