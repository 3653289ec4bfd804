import { describe, expect, test } from "bun:test";
import { formatEndpoint, isLoopback, isUnspecified, stripBrackets, unmapAddress } from "./address.ts";

test("an IPv4 peer of a dual-stack listener is shown as IPv4", () => {
  expect(unmapAddress("::ffff:10.0.0.1")).toBe("10.0.0.1");
  expect(unmapAddress("::ffff:0:1")).toBe("::ffff:0:1");
  expect(unmapAddress("2001:db8::1")).toBe("2001:db8::1");
});

test("an IPv6 address is written in brackets before its port", () => {
  expect(formatEndpoint("::1", 80)).toBe("[::1]:80");
  expect(formatEndpoint("127.0.0.1", 80)).toBe("127.0.0.1:80");
});

test("brackets around a host are removed, a single one is not", () => {
  expect(["[::1]", "::1", "[::1", "example.org"].map(stripBrackets)).toEqual(["::1", "::1", "[::1", "example.org"]);
});

describe("a loopback address", () => {
  test.each([
    ...["127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1", "::1%lo", "::ffff:127.0.0.1", "::FFFF:7f00:1"],
    ...["localhost", "LOCALHOST", "localhost."],
  ])("is %s", (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  test.each([
    ...["0.0.0.0", "::", "10.127.0.1", "128.0.0.1", "fe80::1%lo", "::ffff:10.0.0.1", "::127.0.0.1", "example.org", ""],
    ...[
      "127.evil.example",
      "127.0.0.1.evil.example",
      "127.0.0.1.",
      "localhost.evil.example",
      "localhost..",
      "xlocalhost",
    ],
    ...["127.1", "0x7f.1", "0177.0.0.1", "2130706433", "[::1]", " 127.0.0.1", "127.0.0.1\n"],
  ])("is not %p", (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

test("an address stands for every interface in any notation", () => {
  expect(["0.0.0.0", "::", "::0", "0:0:0:0:0:0:0:0", "::ffff:0.0.0.0"].map(isUnspecified)).not.toContain(false);
  expect(["0", "127.0.0.1", "::1", "0.0.0.0.evil.example"].map(isUnspecified)).not.toContain(true);
});
