import { describe, expect, test } from "bun:test";
import { RunFailedError } from "../../lib/errors.ts";
import { dangersIn, poisoned } from "../../lib/text/hostile-text.fixture.ts";
import { compareVariants } from "../compare/comparison.ts";
import { around, suiteOf } from "../suite/suite.fixture.ts";
import { type Format, formats, type Report, renderReport } from "./formats.ts";

const suite = suiteOf({ base: around(100_000), head: around(80_000) });
const { rows, ...comparison } = compareVariants(suite, 0.05);
const report = {
  suite: poisoned({ ...suite, doubts: ["busy"], missing: ["small: gone"] }),
  comparison: {
    ...poisoned({ ...comparison, unmatched: ["x"] }),
    rows: rows.map((row) => ({ ...row, scenario: poisoned(row.scenario) })),
  },
};

/** The text, or the message of the error that there is nothing to show. */
function rendered(each: Report, format: Format): string {
  try {
    return renderReport(each, format).replaceAll("\r\n", "\n");
  } catch (error) {
    if (each.suite === undefined && error instanceof RunFailedError) return error.message;
    throw error;
  }
}

describe.each([...formats])("text in results that others made, as %s", (format) => {
  const texts = [report, { ...report, comparison: undefined }, { ...report, suite: undefined }].map((each) =>
    rendered(each, format),
  );

  test("cannot act on a terminal, hide or begin a line", () => {
    expect(texts.flatMap(dangersIn)).toEqual([]);
  });

  if (format === "html") {
    test("cannot start markup", () => {
      for (const text of texts) expect(text).not.toContain("<img");
    });
  }
  if (format === "markdown") {
    test("cannot start markup or a cell, or call anybody", () => {
      for (const text of texts) expect(text).not.toMatch(/[^\\]<img|[^\\]\|<|@everyone/);
    });
  }
  if (format === "csv") {
    test("cannot be a formula", () => {
      for (const text of texts) expect(text).not.toMatch(/(?:^|,)"?=/m);
    });
  }
});
