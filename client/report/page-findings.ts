import { type Html, html, when } from "../../lib/page/html.ts";
import { facts, figures } from "../../lib/page/table.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { KEPT_OUTAGES } from "../../lib/result/run-result.ts";
import { formatActual } from "../../lib/result/thresholds.ts";
import { formatCount, formatLatency } from "../../lib/text/format-units.ts";
import { inWords } from "./field-words.ts";

type Failure = DecodedResult["errors"]["first"][number];

/** Expected and actual bytes, if bytes differ. */
const bytesText = ({ expected, actual }: Failure): string =>
  actual === null ? "" : `; expected ${expected ?? "nothing"}, got ${actual}`;

function failureText(failure: Failure): string {
  const { connection, offset, message } = failure;
  const at = offset === null ? "" : ` at offset ${formatCount(offset)}`;
  return `connection ${formatCount(connection ?? 0)}${at}: ${message}${bytesText(failure)}`;
}

const warningsSection = ({ warnings }: DecodedResult): Html =>
  when(
    warnings.length > 0,
    () =>
      html`<h2>Warnings</h2>
        ${warnings.map(({ code, message, advice }) => html`<p><b class="doubt">${inWords(code)}</b>: ${message}; ${advice}</p>`)}`,
  );

const errorsSection = ({ errors: { total, byKind, first } }: DecodedResult): Html =>
  when(
    total > 0,
    () =>
      html`<h2>Errors</h2>
        ${facts(Object.entries(byKind).map(([kind, count]) => [inWords(kind), formatCount(count)]))}
        ${first.map((failure) => html`<p><b class="bad">${inWords(failure.kind)}</b>, ${failureText(failure)}</p>`)}`,
  );

const thresholdsSection = ({ expectations }: DecodedResult): Html =>
  when(
    expectations.length > 0,
    () =>
      html`<h2>Expected</h2>
        ${figures(
          ["threshold", "", "measured"],
          expectations.map((judgement) => [
            judgement.expression,
            judgement.ok ? "kept" : "broken",
            formatActual(judgement),
          ]),
        )}`,
  );

function outagesSection({ outages }: DecodedResult): Html {
  const rows = outages.map(({ connection, cause, startMs, durationMs, failedConnects }) => [
    `${(startMs / 1_000).toFixed(3)} s`,
    formatCount(connection),
    inWords(cause),
    durationMs === null ? "until the end" : formatLatency(durationMs * 1e6),
    formatCount(failedConnects),
  ]);
  return when(
    rows.length > 0,
    () =>
      html`<h2>Outages</h2>
        ${when(rows.length === KEPT_OUTAGES, () => html`<p>The first ${formatCount(KEPT_OUTAGES)}; there may be more.</p>`)}
        ${figures(["start", "connection", "cause", "length", "failed connects"], rows)}`,
  );
}

/** What to know before the figures: reasons to doubt them, errors, thresholds, outages. */
export const findingsSection = (result: DecodedResult): Html =>
  html`${warningsSection(result)} ${errorsSection(result)} ${thresholdsSection(result)} ${outagesSection(result)}`;
