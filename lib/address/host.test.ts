import { describe, expect, test } from "bun:test";
import { sourceProblem, hostProblem, socketPathProblem, toAsciiName, writtenHostProblem } from "./host.ts";

const interfaces = ["lo", "eth0"];

describe("hostProblem", () => {
  test.each([
    "127.0.0.1",
    "0.0.0.0",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "fe80::1%eth0",
    "FE80::1%2",
    "localhost",
    "a-b.example.org.",
    "under_score.example",
    "münchen.de",
    "xn--mnchen-3ya.de",
    "2001:db8::1",
    "127.1",
    "fec0::1",
    "a".repeat(63),
    "223.255.255.255",
  ])("%s may be a host", (host) => expect(hostProblem(host, interfaces)).toBeUndefined());

  test.each([
    ["fe80::1", "expected a link-local address with its network interface, such as fe80::1%eth0; there are lo, eth0"],
    ["febf::1", "expected a link-local address with its network interface"],
    ["fe80::1%nope", 'there is no network interface "nope"; expected one of lo, eth0'],
    ["fe80::1%0", 'there is no network interface "0"'],
    ["::1%lo", "expected ::1 without %lo, which only link-local addresses have"],
    ["224.0.0.1", "this is a multicast address"],
    ["239.255.255.255", "this is a multicast address"],
    ["::ffff:224.0.0.1", "this is a multicast address"],
    ["ff02::1", "this is a multicast address"],
    ["ff02::1%eth0", "this is a multicast address"],
    ["", "expected a host name of letters"],
    [".", "expected a host name of letters"],
    ["ho st", "expected a host name of letters"],
    ["a/b", "expected a host name of letters"],
    ["x@y", "expected a host name of letters"],
    ["a\u0001b", "without characters that cannot be seen"],
    ["a\0b", "without characters that cannot be seen"],
    ["a:80", "expected a host name of letters"],
    ["a\u200b b", "without characters that cannot be seen"],
    ["local\thost", "without characters that cannot be seen"],
    ["local\u00adhost", "without characters that cannot be seen"],
    ["a..b", "expected a host name without an empty part between its dots"],
    [".a", "expected a host name without an empty part between its dots"],
    ["a".repeat(64), "expected a host name with at most 63 characters between two dots, found 64"],
    ["a.".repeat(127) + "b", "expected a host name of at most 253 characters, found 255"],
  ])("%s", (host, problem) => expect(hostProblem(host, interfaces)).toContain(problem));
});

test("an interface may have any name where those of this machine are unknown", () => {
  expect(hostProblem("fe80::1%eth7", [])).toBeUndefined();
  expect(hostProblem("fe80::1", [])).toEndWith("with its network interface, such as fe80::1%eth0");
});

test.each([
  ["http://127.0.0.1", "expected a host without http://"],
  ["TCP://a:80", "expected a host without TCP://"],
  ["[::1", "expected an address in two brackets, such as [::1]"],
  ["::1]", "expected an address in two brackets"],
  ["[::1]:80", "expected an address in two brackets"],
  ["a:80", "expected a host without a port"],
  ["a:", "expected a host without a port"],
  ["1:2:3", "with these colons it is neither"],
  ["local\nhost", "without characters that cannot be seen"],
  ["[::1]", undefined],
  ["::1", undefined],
  ["localhost", undefined],
])("%p as a user writes a host", (host, problem) => {
  const found = writtenHostProblem(host, interfaces);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(problem);
});

test("a source is an address as well", () => {
  expect(sourceProblem("127.0.0.2", interfaces)).toBeUndefined();
  expect(sourceProblem("255.255.255.255", interfaces)).toContain("this is the broadcast address");
  expect(sourceProblem("fe80::1", [])).toContain("such as fe80::1%eth0");
});

test("a name in another script is asked for in ASCII", () => {
  expect(["münchen.de", "localhost", "UPPER"].map(toAsciiName)).toEqual(["xn--mnchen-3ya.de", "localhost", "UPPER"]);
});

test("the path of a socket file has a length", () => {
  expect(socketPathProblem("a".repeat(103))).toBeUndefined();
  expect(socketPathProblem("é".repeat(54))).toMatch(/^expected a path of at most \d+ bytes, found 108/);
  expect(socketPathProblem("a\0b")).toBe("expected a path without a zero byte");
});
