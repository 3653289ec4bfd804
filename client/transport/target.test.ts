import { describe, expect, test } from "bun:test";
import { plainFailure } from "../failure/failure.ts";
import { type Resolve, resolveTarget, unreachableError } from "./target.ts";

const unstopped = new AbortController().signal;

const options = { host: "localhost", port: 7878, unix: undefined, ipv4: false, ipv6: false };
const both = [
  { address: "::1", family: 6 },
  { address: "127.0.0.1", family: 4 },
];
const resolver: Resolve = (_host, family) =>
  Promise.resolve(both.filter((each) => family === 0 || each.family === family));

describe("resolveTarget", () => {
  test("gives both families of a name, in the system's order", async () => {
    expect(await resolveTarget(options, unstopped, resolver)).toEqual([
      { family: "ipv6", address: "::1", port: 7878 },
      { family: "ipv4", address: "127.0.0.1", port: 7878 },
    ]);
  });

  test("-4 and -6 ask for one family", async () => {
    expect(await resolveTarget({ ...options, ipv4: true }, unstopped, resolver)).toHaveLength(1);
    expect((await resolveTarget({ ...options, ipv6: true }, unstopped, resolver))[0]?.family).toBe("ipv6");
  });

  test("an address needs no resolver, with or without brackets", async () => {
    const never: Resolve = () => Promise.reject(new Error("asked"));
    expect(await resolveTarget({ ...options, host: "::1" }, unstopped, never)).toMatchObject([
      { address: "::1", family: "ipv6" },
    ]);
    expect(await resolveTarget({ ...options, host: "[::1]" }, unstopped, never)).toMatchObject([{ address: "::1" }]);
    expect(await resolveTarget({ ...options, unix: "/x" }, unstopped, never)).toEqual([
      { family: "unix", address: "/x", port: 0 },
    ]);
  });

  test("leaves out the addresses that the sources cannot reach", async () => {
    const from = (...bind: readonly string[]) => resolveTarget({ ...options, bind }, unstopped, resolver);
    expect(await from("127.0.0.2", "127.0.0.3")).toMatchObject([{ address: "127.0.0.1" }]);
    expect(await from("::1")).toMatchObject([{ address: "::1" }]);
    await expect(from("::1", "127.0.0.2")).rejects.toThrow('--bind "127.0.0.2": expected an IPv6 address, as ::1 is');
    await expect(resolveTarget({ ...options, host: "127.0.0.1", bind: ["::1"] }, unstopped, resolver)).rejects.toThrow(
      '--bind "::1": expected an IPv4 address, as --host "127.0.0.1" has no other',
    );
  });

  test("refuses a host that no machine can have", async () => {
    const host = (name: string) => resolveTarget({ ...options, host: name }, unstopped, resolver);
    await expect(host("[fe80::1%nope]")).rejects.toThrow(
      '--host "[fe80::1%nope]": there is no network interface "nope"',
    );
    await expect(host("a..b")).rejects.toThrow('--host "a..b": expected a host name without an empty part');
    await expect(host("224.0.0.1")).rejects.toThrow("multicast");
    await expect(resolveTarget({ ...options, unix: "a".repeat(200) }, unstopped, resolver)).rejects.toThrow(
      "expected a path of at most",
    );
  });

  test("says when a name has no address of the family asked for", async () => {
    const missing: Resolve = () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));
    await expect(resolveTarget({ ...options, ipv6: true }, unstopped, missing)).rejects.toThrow(
      '--host "localhost": unknown host, no IPv6 address found',
    );
  });
});

test("every address that was tried is named in the one line of the error", async () => {
  const addresses = await resolveTarget(options, unstopped, resolver);
  const failures = [
    plainFailure("connect-refused", 0, "connection refused"),
    plainFailure("connect-timed-out", 0, "no answer within 5000 ms"),
  ];
  const failed = addresses.map((address, i) => ({ address, failure: failures[i] }));
  expect(unreachableError(failed, "echo").message).toBe(
    "could not connect to [::1]:7878: connection refused; 127.0.0.1:7878: no answer within 5000 ms (is the server running there? start one with: bun run server)",
  );
  expect(unreachableError(failed, "both").message).toEndWith(
    "(does the server serve one way? start one with: bun run server --discard 7879 --chargen 7880)",
  );
});
