import { describe, expect, test } from "bun:test";
import { startConnect } from "./connect.ts";
import { closeDescriptor, libcAvailable } from "./libc.ts";
import { SocketListener } from "./listener.ts";
import { acceptWithData, applySocketOptions, grantedOptions, grantedSocket, tryOptions } from "./socket-options.ts";

const request = {
  ...{ congestion: "reno", dscp: 46, mssBytes: 1_000, device: "lo", pacingBytesPerSecond: 12_500_000 },
  ...{ userTimeoutMs: 5_000, notsentLowatBytes: 16_384 },
};

describe.skipIf(!libcAvailable)("options of a socket", () => {
  test.each(["127.0.0.1", "::1", "::"])("are those of connections to %s, and of those that it accepts", (host) => {
    const listener = SocketListener.tcp(host, 0, 16, false, (fd) => {
      expect(applySocketOptions(fd, request)).toBeUndefined();
    });
    const none = { sndbufBytes: undefined, rcvbufBytes: undefined };
    const target = host === "::" ? "127.0.0.1" : host;
    const start = startConnect(target, listener.port, { ...none, options: { ...request, dscp: 10 } });
    const accepted = listener.accept();
    if (start.kind === "failed" || typeof accepted === "string") throw new Error("loopback does not connect");
    // Time stamps take 12 bytes of each segment, where the kernel sends them.
    const granted = { ...request, mssBytes: expect.any(Number), sourcePorts: null, mptcp: null, fastOpen: null };
    expect(grantedOptions(start.fd, request)).toEqual({ ...granted, dscp: 10 });
    expect(grantedOptions(accepted.fd, request)).toEqual(granted);
    expect([988, 1_000]).toContain(grantedOptions(accepted.fd, request)?.mssBytes ?? 0);
    expect(grantedSocket(listener.fd, request).sockets).toEqual({ ...granted, mssBytes: 1_000 });
    for (const fd of [start.fd, accepted.fd]) closeDescriptor(fd);
    listener.close();
  });

  test("are left as they are unless asked for, and then only the congestion control is read", () => {
    const listener = SocketListener.tcp("127.0.0.1", 0, 1, false, (fd) => void applySocketOptions(fd, {}));
    const options = grantedOptions(listener.fd, {});
    expect(options?.congestion).toMatch(/^\w+$/);
    expect(Object.values({ ...options, congestion: null })).toEqual(Array.from({ length: 10 }, () => null));
    listener.close();
  });

  test("TCP Fast Open is set on a socket that listens, and on one that connects", () => {
    const [none, asked] = [{ sndbufBytes: undefined, rcvbufBytes: undefined }, { fastOpen: true }];
    const listener = SocketListener.tcp("127.0.0.1", 0, 16, false, (fd) => expect(acceptWithData(fd, 16)).toBe(true));
    const starts = [asked, {}].map((options) => startConnect("127.0.0.1", listener.port, { ...none, options }));
    const fds = starts.map((start) => (start.kind === "connecting" ? start.fd : -1));
    expect([listener.fd, ...fds].map((fd) => grantedOptions(fd, asked)?.fastOpen)).toEqual([true, true, false]);
    for (const fd of fds) closeDescriptor(fd);
    listener.close();
  });

  test("that the kernel refuses are named, with the name of the option and of the error", () => {
    expect(tryOptions(request)).toBeUndefined();
    expect(tryOptions({ congestion: "nope" })).toEqual({ key: "congestion", name: "TCP_CONGESTION", code: "ENOENT" });
    expect(tryOptions({ device: "nope" })).toEqual({ key: "device", name: "SO_BINDTODEVICE", code: "ENODEV" });
    expect(tryOptions({ mssBytes: 87 })).toMatchObject({ key: "mssBytes", code: "EINVAL" });
  });

  test("that the kernel refuses end a connect with the error", () => {
    const none = { sndbufBytes: undefined, rcvbufBytes: undefined };
    const start = startConnect("127.0.0.1", 1, { ...none, options: { device: "nope" } });
    expect(start).toEqual({ kind: "failed", code: "ENODEV" });
  });

  test("is none for what is no TCP socket", () => expect(grantedOptions(0, request)).toBeNull());
});
