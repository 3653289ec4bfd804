import { visible } from "./harmless.ts";

/*
 * Text in files for other programs: what the text says stays, but it cannot end its place, start markup, or be taken for
 * something that is to be run.
 */

/** What a spreadsheet takes for a formula. */
const isFormula = (text: string): boolean => /^\s*[=+\-@]/.test(text);

/** A cell of CSV (RFC 4180). Text that a spreadsheet would run as a formula begins with an apostrophe. */
export function csvCell(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = visible(isFormula(value) ? `'${value}` : value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Text between the tags of XML 1.0, or in a quoted attribute. XML cannot have control characters, even escaped. */
export const xmlText = (text: string): string => Bun.escapeHTML(visible(text)).replaceAll("&#x27;", "&apos;");

/** Characters that end a table's cell or start markup, a link or a reference in GitHub's Markdown. */
const markdownMarks = /[\\|<>*_`[\]~#!&]/g;

/**
 * Text in one line of Markdown, also in a cell of a table. A name after `@` calls nobody, and a web address is no link:
 * an empty comment, which is not shown, parts them.
 */
export const markdownText = (text: string): string =>
  visible(text)
    .replace(markdownMarks, "\\$&")
    .replace(/@(?=\w)/g, "@<!-- -->")
    .replace(/\b(https?|ftp):(?=\/\/)|\bwww(?=\.)/gi, "$&<!-- -->");
