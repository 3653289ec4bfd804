import { expect, test } from "bun:test";
import { formatEndpoint, isLoopback, stripBrackets, unmapAddress } from "./address.ts";

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

test("loopback addresses are distinguished from others", () => {
  expect(["127.0.0.1", "127.9.9.9", "::1", "localhost"].map(isLoopback)).toEqual([true, true, true, true]);
  expect(["0.0.0.0", "::", "10.127.0.1", "example.org"].map(isLoopback)).toEqual([false, false, false, false]);
});
