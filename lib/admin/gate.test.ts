import { describe, expect, test } from "bun:test";
import { isLocal, parseAdminAddress } from "./address.ts";
import { createGate, type RequestHead } from "./gate.ts";

describe("parseAdminAddress", () => {
  test.each([
    ["9787", { host: "127.0.0.1", port: 9787 }, true],
    ["127.0.0.1:9787", { host: "127.0.0.1", port: 9787 }, true],
    ["[::1]:80", { host: "::1", port: 80 }, true],
    ["[::ffff:127.0.0.1]:80", { host: "::ffff:127.0.0.1", port: 80 }, true],
    ["[::1%lo]:80", { host: "::1%lo", port: 80 }, true],
    ["localhost:0", { host: "localhost", port: 0 }, true],
    ["LOCALHOST:1", { host: "LOCALHOST", port: 1 }, true],
    ["[fd00::1]:80", { host: "fd00::1", port: 80 }, false],
    ["[fe80::1%eth0]:80", { host: "fe80::1%eth0", port: 80 }, false],
    ["[::]:80", { host: "::", port: 80 }, false],
    ["0.0.0.0:80", { host: "0.0.0.0", port: 80 }, false],
    ["127.evil.example:80", { host: "127.evil.example", port: 80 }, false],
    ["127.1:80", { host: "127.1", port: 80 }, false],
  ])("%s", (text, address, local) => {
    expect(parseAdminAddress(text)).toEqual(address);
    expect(isLocal(address)).toBe(local);
  });

  test.each([
    ["65536", "expected a port from 0 to 65535"],
    ["a..b:80", "expected a host name without an empty part"],
  ])("%p names what is wrong", (text, message) => expect(() => parseAdminAddress(text)).toThrow(message));

  test.each(["", "x", ":80", "::1:80", "a b:80", "host:", "127.0.0.1:9787/x", "[::1%]:80", "a@b:80", "[x]:1"])(
    "%p is not an address",
    (text) => {
      expect(parseAdminAddress(text)).toBeUndefined();
    },
  );
});

const get = (target: string, ...headers: RequestHead["headers"]): RequestHead => ({ method: "GET", target, headers });

/** The answer to a request for this Host. */
const forHost = (host: string) => createGate(undefined)(get("/metrics", ["host", host])).status;

describe("the gate without a token", () => {
  test.each([
    ...["127.0.0.1", "127.0.0.1:9787", "127.0.0.1:", "127.8.8.8", "localhost:9787", "LOCALHOST", "localhost.:9787"],
    ...["[::1]", "[::1]:9787", "[0:0:0:0:0:0:0:1]:1", "[::ffff:127.0.0.1]:9787", "[::FFFF:7f00:1]"],
  ])("admits Host: %s", (host) => {
    expect(forHost(host)).toBe(200);
  });

  test.each([
    ...["example.org", "localhost.example.org", "127.evil.example", "127.0.0.1.evil.example:9787", "1.2.3.4:80"],
    ...["0x7f.1", "127.1", "2130706433", "0.0.0.0", "[::]", "[::ffff:10.0.0.1]", "[fe80::1]", "localhost.."],
  ])("forbids Host: %s", (host) => {
    expect(forHost(host)).toBe(403);
  });

  test.each([
    ...["", " ", "::1", "[::1", "[::1]x", "user@localhost", "localhost:80:80", "localhost/x", "localhost, localhost"],
    ...["[::1%lo]", "localhost%00", "127.0.0.1\\evil", "127.0.0.1:123456", "127.0.0.1:x"],
  ])("calls Host: %p malformed", (host) => {
    expect(forHost(host)).toBe(400);
  });

  const local = ["host", "127.0.0.1:9787"] as const;

  test.each([
    ["no Host", get("/"), 400],
    ["two", get("/", local, local), 400],
    ["a second, foreign one", get("/", local, ["host", "evil.example"]), 400],
    ["no path", get("metrics", local), 400],
    ["an asterisk", get("*", local), 400],
    ["a fragment", get("/#x", local), 400],
    ["another scheme", get("file:///etc/passwd", local), 400],
    ["a target with a foreign authority", get("http://evil.example/", local), 403],
    ["a target with a user", get("http://127.0.0.1@evil.example/", local), 400],
    ["a target without an authority", get("http:///metrics", local), 400],
    ["a local target for a foreign Host", get("http://127.0.0.1/", ["host", "evil.example"]), 403],
    ["another method", { ...get("/", local), method: "POST" }, 405],
    ["CONNECT", { ...get("127.0.0.1:1", local), method: "CONNECT" }, 405],
    ["a foreign Origin", get("/", local, ["origin", "http://evil.example"]), 403],
    ["an opaque Origin", get("/", local, ["origin", "null"]), 403],
    ["another port's Origin", get("/", local, ["origin", "http://127.0.0.1:80"]), 403],
    ["a foreign page's image", get("/", local, ["sec-fetch-site", "cross-site"], ["sec-fetch-mode", "no-cors"]), 403],
    ["another port's script", get("/", local, ["sec-fetch-site", "same-site"], ["sec-fetch-mode", "cors"]), 403],
  ])("refuses %s", (_what, request, status) => {
    expect(createGate(undefined)(request).status).toBe(status as 400);
  });

  test.each([
    ["an absolute target", get("http://localhost:9787/metrics?x=1", local), "/metrics"],
    ["an absolute target without a path", get("HTTP://[::1]:9787", local), "/"],
    ["a query", get("/?a=//b", local), "/"],
    ["a path that looks like a host", get("//evil.example/", local), "//evil.example/"],
    ["its own Origin", get("/events", local, ["origin", "http://127.0.0.1:9787"]), "/events"],
    ["its own script", get("/events", local, ["sec-fetch-site", "same-origin"], ["sec-fetch-mode", "cors"]), "/events"],
    ["an address that is typed", get("/", local, ["sec-fetch-site", "none"], ["sec-fetch-mode", "navigate"]), "/"],
    ["a link", get("/", local, ["sec-fetch-site", "cross-site"], ["sec-fetch-mode", "navigate"]), "/"],
    ["HEAD", { ...get("/healthz", local), method: "HEAD" }, "/healthz"],
  ])("admits %s", (_what, request, path) => {
    expect(createGate(undefined)(request)).toEqual({ status: 200, path });
  });

  test("does not tell a foreign host whether the server is healthy", () => {
    expect(createGate(undefined)(get("/healthz", ["host", "evil.example"])).status).toBe(403);
  });
});

describe("the gate with a token", () => {
  const gate = createGate("a:b");
  const ask = (...values: readonly string[]) =>
    gate(get("/", ["host", "example.org"], ...values.map((value) => ["authorization", value] as const))).status;

  test.each(["Bearer a:b", "bearer  a:b", `Basic ${btoa("user:a:b")}`])("admits %s, whatever the host", (value) => {
    expect(ask(value)).toBe(200);
  });

  test.each([
    ...["", "Bearer", "Bearer a", "Basic a:b", `Basic ${btoa("a:b")}`, "Digest a:b", "Bearer a:b c", "a:b"],
    ...[`Basic ${btoa("a:b:")}`, "Bearer a:B", "Bearer a:b\0"],
  ])("refuses %p", (value) => {
    expect(ask(value)).toBe(401);
  });

  test("refuses no token, two of them, and one in the URL", () => {
    expect([ask(), ask("Bearer a:b", "Bearer a:b")]).toEqual([401, 401]);
    expect(gate(get("/?token=a:b", ["host", "x"])).status).toBe(401);
    expect(gate(get("http://u:a:b@x/", ["host", "x"])).status).toBe(400);
  });

  test("tells health checks without it", () => {
    expect(gate(get("/healthz", ["host", "x"])).status).toBe(200);
    expect(
      ["/healthz/", "/healthz/../metrics", "//healthz", "/HEALTHZ"].map(
        (path) => gate(get(path, ["host", "x"])).status,
      ),
    ).toEqual([401, 401, 401, 401]);
  });

  test("refuses a foreign page, with whose requests a browser sends the password", () => {
    const headers = [
      ["host", "x"],
      ["authorization", "Bearer a:b"],
    ] as const;
    expect(gate(get("/", ...headers, ["origin", "http://evil.example"])).status).toBe(403);
  });
});
