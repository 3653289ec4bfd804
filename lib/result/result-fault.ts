import type { z } from "zod";

const articles: Record<string, string> = {
  int: "an integer",
  number: "a number",
  string: "text",
  array: "a list",
  object: "an object",
  record: "an object",
  boolean: "true or false",
};

/** Longer values are cut. */
const SHOWN_CHARACTERS = 40;

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], data);
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function expectedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return articles[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(" or ");
    case "too_small":
      return `at least ${issue.minimum}`;
    case "too_big":
      return `at most ${issue.maximum}`;
    case "invalid_format":
      return issue.format === "datetime" ? "a time such as 2026-01-02T03:04:05.000Z" : `a valid ${issue.format}`;
    default:
      return "another value";
  }
}

/** The first fault that a schema found, with its place: `totals.messages: expected an integer, found "x"`. */
export function describeFault({ issues: [issue] }: z.ZodError, data: unknown): string {
  if (!issue) return "expected another value";
  const place = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
  return `${place}expected ${expectedBy(issue)}, found ${shown(valueAt(data, issue.path))}`;
}
