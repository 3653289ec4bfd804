import { describe, expect, test } from "bun:test";
import { csvCell, markdownText, xmlText } from "./markup.ts";

describe("a cell of CSV", () => {
  test.each([
    ["plain", "plain"],
    [-1.5, "-1.5"],
    ["a,b", '"a,b"'],
    ['a"b', '"a""b"'],
    ["a\r\nb", "a\\r\\nb"],
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\\t=1"],
    [" =1", "' =1"],
    ['=HYPERLINK("http://evil.example","x")', `"'=HYPERLINK(""http://evil.example"",""x"")"`],
    ["\u202e", "\\u{202e}"],
  ])("of %p is %p", (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });
});

test.each([
  [`<a b="c">&'`, "&lt;a b=&quot;c&quot;&gt;&amp;&apos;"],
  ["]]>", "]]&gt;"],
  ["\0\u001b\u0085\ufffe\ud800", "\\x00\\x1b\\x85\\u{fffe}\\u{d800}"],
  ["a\nb", "a\\nb"],
])("XML text of %p is %p", (value, text) => {
  expect(xmlText(value)).toBe(text);
});

test.each([
  ["a|b", "a\\|b"],
  ["<img src=x>", "\\<img src=x\\>"],
  ["[x](javascript:1)", "\\[x\\](javascript:1)"],
  ["`code` *b* _i_ ~s~", "\\`code\\` \\*b\\* \\_i\\_ \\~s\\~"],
  ["a\n# b", "a\\\\n\\# b"],
  ["&lt;", "\\&lt;"],
  ["@everyone", "@<!-- -->everyone"],
  ["see https://evil.example and www.evil.example", "see https:<!-- -->//evil.example and www<!-- -->.evil.example"],
  ["\u001b[31m", "\\\\x1b\\[31m"],
])("Markdown text of %p is %p", (value, text) => {
  expect(markdownText(value)).toBe(text);
});
