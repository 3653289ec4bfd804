import { describe, expect, test } from "bun:test";
import { type AddressRange, createAllowList, parseAddressRange } from "./allow-list.ts";

const allowed = (...ranges: readonly string[]) =>
  createAllowList(ranges.map(parseAddressRange).filter((range): range is AddressRange => range !== undefined));

describe("allow list", () => {
  test("with no ranges, everyone may connect", () => expect(allowed()("203.0.113.9")).toBe(true));

  test("tells addresses inside a range from those just outside", () => {
    const isAllowed = allowed("10.1.0.0/16", "fd00::/8", "192.0.2.7");
    expect(["10.1.0.0", "10.1.255.255", "fd12::1", "192.0.2.7"].map(isAllowed)).toEqual([true, true, true, true]);
    expect(["10.0.255.255", "10.2.0.0", "fe80::1", "192.0.2.8"].map(isAllowed)).toEqual([false, false, false, false]);
  });

  test("a peer without an address may connect only where everyone may", () => {
    expect(allowed()(undefined)).toBe(true);
    expect(allowed("0.0.0.0/0", "::/0")(undefined)).toBe(false);
  });

  test("an IPv4 range holds for IPv4 peers of a dual-stack listener", () => {
    expect(allowed("127.0.0.0/8")("::ffff:127.0.0.1")).toBe(true);
    expect(allowed("127.0.0.0/8")("::ffff:128.0.0.1")).toBe(false);
  });

  test.each([
    ["10.0.0.0/33", "of at most /32"],
    ["fd00::/129", "of at most /128"],
  ])("names the bound that %p exceeds", (text, message) => expect(() => parseAddressRange(text)).toThrow(message));

  test.each(["", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "host", "1.2.3.4/8/8"])("does not understand %p", (text) =>
    expect(parseAddressRange(text)).toBeUndefined(),
  );
});
