import { describe, expect, test } from "bun:test";
import { decodedResultOf } from "../result/run-result.fixture.ts";
import { renderRunPage } from "./run-page.ts";

/** The page without its scripts and styles: what is read without either. */
const readable = (page: string): string => page.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, "");

const policyOf = (page: string): string =>
  /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll("&#x27;", "'") ?? "";

describe("the page of a run", () => {
  test("has its figures in tables", () => {
    const text = readable(renderRunPage(decodedResultOf()));
    for (const figure of ["PASS", "200,000", "205 MB/s", "150 µs", "site=berlin", "TLSv1.3", "64 to 127 B"]) {
      expect(text).toContain(figure);
    }
  });

  test("asks nobody for anything", () => {
    const page = renderRunPage(decodedResultOf());
    expect(page.match(/(?:src|href)="[^"]*"/g)).toEqual(['href="data:,"']);
    expect(policyOf(page)).toContain("default-src 'none'");
  });

  test("allows exactly the scripts and styles it has", () => {
    const page = renderRunPage(decodedResultOf());
    const directive = (tag: string): string => {
      const sources = [...page.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "g"))].map(
        ([, source = ""]) => source,
      );
      const hashes = sources.map((source) => new Bun.CryptoHasher("sha256").update(source).digest("base64"));
      return `${tag}-src ${hashes.map((hash) => `'sha256-${hash}'`).join(" ")}`;
    };
    expect(directive("script").match(/sha256/g)).toHaveLength(3);
    expect(directive("style").match(/sha256/g)).toHaveLength(2);
    const allowed = policyOf(page).split("; ");
    expect(allowed).toContain(directive("script"));
    expect(allowed).toContain(directive("style"));
  });

  test("shows what came from outside as text, in markup and in data", () => {
    const nasty = "</script><img src=x onerror=alert(1)>";
    const first = [{ kind: "mismatch", message: nasty, connection: 0, offset: 1, expected: nasty, actual: nasty }];
    const page = renderRunPage(
      decodedResultOf({
        target: { ...decodedResultOf().target, host: nasty },
        labels: { [nasty]: nasty },
        options: { mode: nasty },
        errors: { total: 1, byKind: { [nasty]: 1 }, first },
        warnings: [{ code: nasty, message: nasty, advice: nasty }],
        verdict: "fail",
      }),
    );
    expect(page.includes("<img")).toBe(false);
    expect(readable(page)).toContain("&lt;/script&gt;&lt;img src=x");
  });

  test("leaves out what a stream does not have", () => {
    const none = { ...decodedResultOf().rttNs, count: 0 };
    const totals = { ...decodedResultOf().totals, messages: 0 };
    const rows = decodedResultOf().intervals.map((row) => ({ ...row, messages: 0 }));
    const stream = { rttNs: none, totals, intervals: rows, sizes: [], options: { mode: "stream" } };
    const page = renderRunPage(decodedResultOf(stream));
    for (const absent of ["Histogram", "messages", "Round trip"]) expect(readable(page)).not.toContain(absent);
    expect(page.includes('"label":"bytes/s"')).toBe(true);
  });
});
