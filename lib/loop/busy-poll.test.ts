import { expect, test } from "bun:test";
import { UsageError } from "../errors.ts";
import { busyPollNs, busyPollOption } from "./busy-poll.ts";
import { chooseEngine } from "./engine.ts";

test.each([
  ["on", Number.POSITIVE_INFINITY],
  ["off", 0],
  ["50us", 50_000],
  ["1us", 1_000],
  ["1s", 1e9],
  ["999ns", undefined],
  ["1001ms", undefined],
  ["50", undefined],
  ["always", undefined],
])("--busy-poll %s is %p ns", (text, ns) => {
  expect(busyPollNs(text)).toBe(ns as number);
  expect(busyPollOption.parse(text)).toBe(ns === undefined ? undefined : text);
});

test("is refused where Bun's sockets move the bytes, which always sleep", () => {
  const message = '--busy-poll "on": expected with the epoll engine';
  expect(() => chooseEngine({ engine: "bun", tls: false, busyPoll: "on" })).toThrow(message);
  expect(() => chooseEngine({ engine: "auto", tls: true, busyPoll: "on" })).toThrow(UsageError);
  expect(chooseEngine({ engine: "bun", tls: false, busyPoll: "off" })).toBe("bun");
});
