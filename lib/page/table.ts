import { type Html, html } from "./html.ts";

/** A table with column titles; it scrolls sideways on a narrow page. */
export const titled = (titles: readonly string[], body: Html, className = ""): Html =>
  html`<div class="scroll ${className}">
    <table>
      <thead>
        <tr>
          ${titles.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      ${body}
    </table>
  </div>`;

/** A table of figures: the first column names the row. */
export const figures = (titles: readonly string[], rows: ReadonlyArray<readonly string[]>): Html =>
  titled(
    titles,
    html`<tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell) => html`<td>${cell}</td>`)}
          </tr> `,
      )}
    </tbody>`,
  );

/** A table of names and values. */
export const facts = (rows: ReadonlyArray<readonly [name: string, value: string]>): Html =>
  html`<table class="words">
    <tbody>
      ${rows.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${value}</td>
          </tr> `,
      )}
    </tbody>
  </table>`;

/** Content that is hidden until the reader opens it. */
export const folded = (summary: string, content: Html): Html =>
  html`<details>
    <summary>${summary}</summary>
    ${content}
  </details>`;
