import { GREETING } from "./request.ts";

/** What a server that checks says of the bytes that came. */
export type DiscardReport =
  /** so many bytes came so far, all of them right */
  | { readonly kind: "right"; readonly bytes: number }
  /** the first wrong byte, as a position in the connection's stream, and what follows it in hexadecimal */
  | { readonly kind: "wrong"; readonly at: number; readonly expected: string; readonly received: string }
  /** the last line: what came in all, and how many of it before the first wrong byte */
  | { readonly kind: "end"; readonly received: number; readonly right: number };

/** The report as a line. */
export function discardReportLine(report: DiscardReport): string {
  switch (report.kind) {
    case "right":
      return `${GREETING} RIGHT ${report.bytes}\n`;
    case "wrong":
      return `${GREETING} WRONG at=${report.at} expected=${report.expected} received=${report.received}\n`;
    case "end":
      return `${GREETING} END received=${report.received} right=${report.right}\n`;
  }
}

/** Reads a line, without its line feed; undefined for one of another form. */
export function parseDiscardReport(line: string): DiscardReport | undefined {
  const [, bytes] = /^ECHOBENCH\/1 RIGHT (\d{1,16})$/.exec(line) ?? [];
  if (bytes !== undefined) return { kind: "right", bytes: Number(bytes) };
  const [, received, right] = /^ECHOBENCH\/1 END received=(\d{1,16}) right=(\d{1,16})$/.exec(line) ?? [];
  if (received !== undefined) return { kind: "end", received: Number(received), right: Number(right) };
  const wrong = /^ECHOBENCH\/1 WRONG at=(\d{1,16}) expected=([0-9a-f]*) received=([0-9a-f]*)$/.exec(line);
  if (!wrong) return undefined;
  const [, at, expected = "", got = ""] = wrong;
  return { kind: "wrong", at: Number(at), expected, received: got };
}
