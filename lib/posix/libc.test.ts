import { describe, expect, test } from "bun:test";
import { dial } from "./dial.ts";
import { isConnected, libcAvailable, requestSocketBuffers, socketBuffers, tcpInfoBytes } from "./libc.ts";

const none = { sndbufBytes: undefined, rcvbufBytes: undefined };

describe.skipIf(!libcAvailable)("libc", () => {
  test("dials IPv4 and IPv6, with the buffers that were asked for", () => {
    for (const host of ["127.0.0.1", "::1"]) {
      using server = Bun.listen({ hostname: host, port: 0, socket: { data() {} } });
      const dialled = dial(host, server.port, { sndbufBytes: 20_000, rcvbufBytes: 30_000 });
      if (dialled.kind !== "connecting") throw new Error(dialled.code);
      expect(socketBuffers(dialled.fd)).toEqual({ sndbufBytes: 40_000, rcvbufBytes: 60_000 });
      expect(isConnected(dialled.fd)).toBe(true);
      expect(tcpInfoBytes(dialled.fd)?.length).toBeGreaterThan(100);
    }
  });

  test("names the error of a network that cannot be reached, which Bun calls refused", () => {
    expect(dial("255.255.255.255", 9, none)).toEqual({ kind: "failed", code: "ENETUNREACH" });
  });

  test("a refused connection is not taken for an open one", () => {
    using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const { port } = server;
    server.stop(true);
    const dialled = dial("127.0.0.1", port, none);
    expect(dialled.kind === "connecting" && isConnected(dialled.fd)).toBe(false);
  });

  test("what is no address is an error, not a crash", () => {
    expect(() => dial("not an address", 1, none)).toThrow("not an address");
  });

  test("the kernel's floor holds against a buffer of one byte", () => {
    const dialled = dial("127.0.0.1", 1, none);
    if (dialled.kind !== "connecting") throw new Error(dialled.code);
    requestSocketBuffers(dialled.fd, { sndbufBytes: 1, rcvbufBytes: 1 });
    expect(socketBuffers(dialled.fd).sndbufBytes).toBeGreaterThan(1_000);
    expect(socketBuffers(dialled.fd).rcvbufBytes).toBeGreaterThan(1_000);
  });
});
