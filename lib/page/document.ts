import { createHash } from "node:crypto";
import { Html, html } from "./html.ts";

/** An HTML document with inline scripts and styles. */
export interface Document {
  readonly title: string;
  readonly body: Html;
  readonly styles: readonly InlineSource[];
  readonly scripts: readonly InlineSource[];
  readonly policy: string;
}

/** A script or a style, and the hash by which a policy allows it. The hash covers every space, so none may be added. */
export interface InlineSource {
  readonly element: Html;
  readonly hash: string;
}

const inline = (tag: "script" | "style", sources: readonly string[]): InlineSource[] =>
  sources.map((source) => ({
    element: new Html(`<${tag}>${source}</${tag}>`),
    hash: `'sha256-${createHash("sha256").update(source).digest("base64")}'`,
  }));

/** Makes inline scripts. */
export const inlineScripts = (sources: readonly string[]): InlineSource[] => inline("script", sources);

/** Makes inline styles. */
export const inlineStyles = (sources: readonly string[]): InlineSource[] => inline("style", sources);

const hashes = (sources: readonly InlineSource[]): string => sources.map(({ hash }) => hash).join(" ");

/**
 * A policy that lets a page load nothing, and have these scripts and styles only.
 * @param more directives
 */
export function contentPolicy(
  scripts: readonly InlineSource[],
  styles: readonly InlineSource[],
  ...more: readonly string[]
): string {
  const closed = ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "img-src data:"];
  return [...closed, `script-src ${hashes(scripts)}`, `style-src ${hashes(styles)}`, ...more].join("; ");
}

/** The document as text. */
export const renderDocument = ({ title, body, styles, scripts, policy }: Document): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${styles.map(({ element }) => element)}
      </head>
      <body>
        ${body} ${scripts.map(({ element }) => element)}
      </body>
    </html> `.text;
