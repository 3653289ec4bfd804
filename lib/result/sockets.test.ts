import { expect, test } from "bun:test";
import { resultOf } from "./run-result.fixture.ts";
import { describeSockets } from "./sockets.ts";

const { sockets } = resultOf();
if (!sockets) throw new Error("the result of the tests has all fields");

test("names each option that was asked for, and the congestion control only then", () => {
  const asked = [
    ...["MPTCP yes", "DSCP ef (46)", "MSS 988 B", "device eth0", "paced to 100 Mbit/s"],
    ...["user timeout 5s", "unsent at most 16 KiB", "source ports 50000 to 50100"],
  ];
  expect(describeSockets(sockets, true)).toEqual(["congestion control cubic", ...asked]);
  expect(describeSockets(sockets, false)).toEqual(asked);
  expect(describeSockets({ ...sockets, mptcp: false, dscp: 0, device: null }, false)).toEqual([
    "MPTCP no, fell back to TCP",
    "DSCP cs0 (0)",
    ...asked.filter((each) => !/MPTCP|DSCP|device/.test(each)),
  ]);
});
