import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseJson } from "./json.ts";

describe("parseJson", () => {
  test.each([
    ['{"verdict":"fail","verdict":"pass"}', "verdict"],
    ['{"a":{"b":1,"c":[{"b":1},{"b":2, "d" :0,\n"d"\t:0}]}}', "d"],
    ['{"a":1,"\\u0061":2}', "a"],
    ['{"__proto__":1,"__proto__":2}', "__proto__"],
    ['{"\\"":1,"\\"":2}', '"'],
    ['{"":1,"":2}', ""],
  ])("refuses a field that is there twice: %s", (text, name) => {
    expect(() => parseJson(text)).toThrow(new SyntaxError(`${name}: expected once, found twice`));
  });

  test.each(['"a:b"', "[]", '{"a":"b\\\\","c":"\\":","d":{"a":":"}}', '["a","a"]', "\uFEFF{}", "null"])(
    "reads %s",
    (text) => expect(parseJson(text)).toEqual(JSON.parse(text.replace("\uFEFF", ""))),
  );

  test("reads whatever JSON.stringify writes, and reads what is nested to any depth", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(4), (data, indent) => {
        const text = JSON.stringify(data, null, indent);
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
    const deep = `${'{"a":['.repeat(10_000)}${"]}".repeat(10_000)}`;
    expect(parseJson(deep)).toBeObject();
  });

  test("refuses what is no JSON", () => expect(() => parseJson('{"a":1,"a":')).toThrow(SyntaxError));
});
