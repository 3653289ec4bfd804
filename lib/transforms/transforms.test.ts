import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { findTransform, transformNames } from "./transforms.ts";

test("uppercase capitalises ASCII letters and leaves every other byte", () => {
  const bytes = Buffer.from("Hello, Wörld! az{`@[ ß\0\xff", "latin1");
  findTransform("uppercase")?.(bytes);
  expect(bytes.toString("latin1")).toBe("HELLO, WöRLD! AZ{`@[ ß\0\xff");
});

test("none is no transform", () => {
  expect(findTransform("none")).toBeUndefined();
});

describe("the result of a transform does not depend on how a stream is cut", () => {
  test.each(transformNames.filter((name) => name !== "none"))("%s", (name) => {
    const transform = findTransform(name);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(64), (bytes, cut) => {
        const [whole, parts] = [bytes.slice(), bytes.slice()];
        transform?.(whole);
        transform?.(parts.subarray(0, cut));
        transform?.(parts.subarray(cut));
        expect(parts).toEqual(whole);
      }),
    );
  });
});
