import { expect, test } from "bun:test";
import { UsageError } from "../lib/errors.ts";
import { missedSockets, passedSockets } from "./socket-activation.ts";

const PID = 42;

test("counts the passed sockets from descriptor 3 on, each with its name", () => {
  const environment = { LISTEN_PID: "42", LISTEN_FDS: "3", LISTEN_FDNAMES: "echo.socket::six" };
  expect(passedSockets(environment, PID)).toEqual([
    { fd: 3, name: "echo.socket" },
    { fd: 4, name: "unknown" },
    { fd: 5, name: "six" },
  ]);
});

test("takes nothing that is meant for another process, or for nobody", () => {
  expect(passedSockets({ LISTEN_PID: "43", LISTEN_FDS: "1" }, PID)).toEqual([]);
  expect(passedSockets({ LISTEN_FDS: "1" }, PID)).toEqual([]);
  expect(passedSockets({ LISTEN_PID: "42", LISTEN_FDS: "0" }, PID)).toEqual([]);
  expect(passedSockets({}, PID)).toEqual([]);
});

test.each(["", "-1", "two", "1e9", "4294967296"])("rejects LISTEN_FDS %j", (count) => {
  const take = () => passedSockets({ LISTEN_PID: "42", LISTEN_FDS: count }, PID);
  expect(take).toThrow(UsageError);
  expect(take).toThrow(`LISTEN_FDS "${count}": expected the number of sockets`);
});

test("tells that the sockets went to the process in front of this one", () => {
  expect(missedSockets({ LISTEN_PID: "41", LISTEN_FDS: "1" }, 41)).toContain("PID 41");
  expect(missedSockets({ LISTEN_PID: "42", LISTEN_FDS: "1" }, 41)).toBeUndefined();
  expect(missedSockets({}, 41)).toBeUndefined();
});
