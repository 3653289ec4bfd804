import { describe, expect, test } from "bun:test";
import { formatDscp, parseDscp } from "./dscp.ts";

describe("a Differentiated Services code point", () => {
  test.each([
    ["ef", 46],
    ["EF", 46],
    ["le", 1],
    ["cs0", 0],
    ["cs7", 56],
    ["af11", 10],
    ["af23", 22],
    ["af43", 38],
    ["0", 0],
    ["63", 63],
  ])("is read from %s", (text, codePoint) => expect(parseDscp(text)).toBe(codePoint));

  test.each(["", "64", "-1", "1.5", "af14", "af51", "cs8", "0x2e", "ef "])("is not read from %j", (text) =>
    expect(parseDscp(text)).toBeUndefined(),
  );

  test("is written with its name, if it has one", () => {
    expect([46, 34, 0, 3].map(formatDscp)).toEqual(["ef (46)", "af41 (34)", "cs0 (0)", "3"]);
  });
});
