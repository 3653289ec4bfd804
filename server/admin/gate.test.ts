import { describe, expect, test } from "bun:test";
import { createGate, isLocal, parseAdminAddress } from "./gate.ts";

describe("parseAdminAddress", () => {
  test.each([
    ["9787", { host: "127.0.0.1", port: 9787 }, true],
    ["127.0.0.1:9787", { host: "127.0.0.1", port: 9787 }, true],
    ["[::1]:80", { host: "::1", port: 80 }, true],
    ["localhost:0", { host: "localhost", port: 0 }, true],
    ["[fd00::1]:80", { host: "fd00::1", port: 80 }, false],
    ["0.0.0.0:80", { host: "0.0.0.0", port: 80 }, false],
  ])("%s", (text, address, local) => {
    expect(parseAdminAddress(text)).toEqual(address);
    expect(isLocal(address)).toBe(local);
  });

  test.each(["", "65536", "x", ":80", "::1:80", "a b:80", "host:", "127.0.0.1:9787/x"])(
    "%p is not an address",
    (text) => {
      expect(parseAdminAddress(text)).toBeUndefined();
    },
  );
});

describe("the gate", () => {
  test.each(["127.0.0.1", "127.0.0.1:9787", "localhost:9787", "[::1]:9787"])(
    "without a token admits a request for %s",
    (host) => {
      expect(createGate(undefined)({ host, authorization: null })).toBe("open");
    },
  );

  test.each([null, "", "example.org", "localhost.example.org", "1.2.3.4:80"])(
    "without a token forbids a request for %p",
    (host) => {
      expect(createGate(undefined)({ host, authorization: null })).toBe("forbidden");
    },
  );

  test("with a token requires the token, whatever the host", () => {
    const gate = createGate("a:b");
    const ask = (authorization: string | null) => gate({ host: "example.org", authorization });
    expect([ask("Bearer a:b"), ask(`Basic ${btoa("user:a:b")}`)]).toEqual(["open", "open"]);
    const wrong = [null, "", "Bearer", "Bearer a", "Basic a:b", `Basic ${btoa("a:b")}`, "Digest a:b", "Bearer a:b c"];
    expect(wrong.map(ask)).toEqual(wrong.map(() => "unauthorized"));
  });
});
