import { expect, test } from "bun:test";
import { z } from "zod";
import { configSchema } from "./config-schema.ts";
import { choice, configFile, flag, integer, list, size } from "./option-kinds.ts";

const sections = {
  One: { port: integer("PORT", 0, 65_535).prefault(7878), verify: flag().prefault(true), config: configFile() },
  Two: {
    maxConns: integer("N", 1).optional().describe("how many"),
    mode: choice(["echo", "stream"]).prefault("echo"),
    buffer: size(1, 1_024, "1 KiB").optional(),
    allow: list("CIDR", "a network", (text) => text).prefault([]),
  },
};
const schema = configSchema("echo-server", sections);
const accepts = (file: object): boolean => z.fromJSONSchema({ ...schema }).safeParse(file).success;

test("the schema accepts what the program accepts", () => {
  expect(accepts({})).toBe(true);
  expect(accepts({ $schema: "x", port: 1, verify: false, "max-conns": 3, mode: "stream", allow: ["a"] })).toBe(true);
  expect([accepts({ buffer: "64k" }), accepts({ buffer: 64 }), accepts({ allow: "a,b" })]).toEqual([true, true, true]);
});

test("the schema refuses unknown keys and wrong values", () => {
  const wrong = [{ prot: 1 }, { port: 65_536 }, { port: "x" }, { mode: "other" }, { verify: 3 }, { config: "x" }];
  expect(wrong.map(accepts)).toEqual(wrong.map(() => false));
});

test("every key has its description and default", () => {
  expect(schema).toMatchObject({
    properties: { "max-conns": { description: "how many", minimum: 1 }, port: { default: 7878 } },
  });
});
