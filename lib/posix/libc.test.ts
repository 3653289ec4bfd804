import { readdirSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import { startConnect } from "./connect.ts";
import { isConnected, libcAvailable, requestSocketBuffers, socketBuffers, tcpInfoBytes } from "./libc.ts";

const none = { sndbufBytes: undefined, rcvbufBytes: undefined };

describe.skipIf(!libcAvailable)("libc", () => {
  test("connects over IPv4 and IPv6, with the requested buffers", () => {
    for (const host of ["127.0.0.1", "::1"]) {
      using server = Bun.listen({ hostname: host, port: 0, socket: { data() {} } });
      const start = startConnect(host, server.port, { sndbufBytes: 20_000, rcvbufBytes: 30_000 });
      if (start.kind !== "connecting") throw new Error(start.code);
      expect(socketBuffers(start.fd)).toEqual({ sndbufBytes: 40_000, rcvbufBytes: 60_000 });
      expect(isConnected(start.fd)).toBe(true);
      expect(tcpInfoBytes(start.fd)?.length).toBeGreaterThan(100);
    }
  });

  test("names the error of an unreachable network, which Bun reports as refused", () => {
    expect(startConnect("255.255.255.255", 9, none)).toEqual({ kind: "failed", code: "ENETUNREACH" });
  });

  test("a refused connection does not count as connected", () => {
    using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const { port } = server;
    server.stop(true);
    const start = startConnect("127.0.0.1", port, none);
    expect(start.kind === "connecting" && isConnected(start.fd)).toBe(false);
  });

  test.each(["not an address", "fe80::1%no-such-interface", "::1%lo"])(
    "%s is a failed connect, not a crash",
    (host) => {
      expect(startConnect(host, 1, none)).toEqual({ kind: "failed", code: "NO_ADDRESS" });
    },
  );

  test("a source that is no address leaves no descriptor behind", () => {
    const open = (): number => readdirSync("/proc/self/fd").length;
    const before = open();
    for (let i = 0; i < 20; i++) startConnect("127.0.0.1", 1, { ...none, source: "fe80::1%no-such-interface" });
    expect(open()).toBeLessThan(before + 20);
  });

  test("a link-local address without its interface says so", () => {
    expect(startConnect("fe80::1", 1, none)).toEqual({ kind: "failed", code: "NO_INTERFACE" });
  });

  test("the kernel raises a buffer of one byte to its minimum", () => {
    const start = startConnect("127.0.0.1", 1, none);
    if (start.kind !== "connecting") throw new Error(start.code);
    requestSocketBuffers(start.fd, { sndbufBytes: 1, rcvbufBytes: 1 });
    expect(socketBuffers(start.fd).sndbufBytes).toBeGreaterThan(1_000);
    expect(socketBuffers(start.fd).rcvbufBytes).toBeGreaterThan(1_000);
  });
});
