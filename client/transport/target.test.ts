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
  expect(unreachableError(failed).message).toBe(
    "could not connect to [::1]:7878: connection refused; 127.0.0.1:7878: no answer within 5000 ms (is the server running there? start one with: bun run server)",
  );
});
