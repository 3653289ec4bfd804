import { describe, expect, test } from "bun:test";
import { type DiscardReport, discardReportLine, parseDiscardReport } from "./discard-report.ts";
import { FirstLine } from "./first-line.ts";
import { answerLine, MAX_LINE_BYTES, parseAnswer, parseRequest, requestLine } from "./request.ts";
import { decodeTrailer, encodeTrailer, type SenderInfo, TRAILER_BYTES } from "./trailer.ts";

describe("the first line", () => {
  const bytes = Buffer.from("ECHOBENCH/1 OK\nrest");

  test.each([1, 3, 14, 15, 19])("is found in pieces of %i bytes", (size) => {
    const first = new FirstLine();
    for (let at = 0; at < bytes.length; at += size) {
      const found = first.add(bytes, at, Math.min(size, bytes.length - at));
      if (found.kind === "unknown") continue;
      expect(found).toEqual({ kind: "line", line: "ECHOBENCH/1 OK", taken: 15 - at });
      return;
    }
    expect.unreachable();
  });

  test("of another peer shows at its first byte that is no greeting", () => {
    const first = new FirstLine();
    expect(first.add(Buffer.from("ECHO"), 0, 4)).toEqual({ kind: "unknown" });
    expect(first.add(Buffer.from(" hello"), 0, 6)).toEqual({
      kind: "other",
      bytes: new Uint8Array(Buffer.from("ECHO hello")),
    });
  });

  test("that does not end is none", () => {
    const long = Buffer.from(`ECHOBENCH/1 ${"x".repeat(MAX_LINE_BYTES)}\n`);
    expect(new FirstLine().add(long, 0, long.length).kind).toBe("other");
  });
});

test("a request reads back, with either end of line", () => {
  const request = { payload: "text", seed: 2 ** 32 - 1, start: 5 } as const;
  for (const service of ["discard", "chargen"] as const) {
    const line = requestLine(service, request).trimEnd();
    expect(parseRequest(service, line)).toEqual(request);
    expect(parseRequest(service, `${line}\r`)).toEqual(request);
  }
});

test.each([
  "",
  "ECHOBENCH/2 SEND payload=zeros seed=1 start=1",
  "ECHOBENCH/1 SEND",
  "ECHOBENCH/1 SEND payload=zeros seed= start=1",
  "ECHOBENCH/1 SEND seed=1 payload=zeros start=1",
  "ECHOBENCH/1 SEND payload=zeros  seed=1 start=1",
  "ECHOBENCH/1 SEND payload=zeros seed=1 start=1 ",
  "ECHOBENCH/1 SEND payload=zeros=1 seed=1 start=1",
  "ECHOBENCH/1 SEND payload=zeros seed=1 start=1 rat=1000",
  "ECHOBENCH/1 SEND payload=zeros seed=1 start=1 rate=0",
  "ECHOBENCH/1 SEND payload=zeros seed=1 start=1 rate=1 rate=2",
])("%j is no request", (line) => expect(parseRequest("chargen", line)).toBeString());

test("an answer reads back", () => {
  expect(parseAnswer(answerLine().trimEnd())).toEqual({ refusal: undefined });
  expect(parseAnswer(answerLine("no room").trimEnd())).toEqual({ refusal: "no room" });
  expect(parseAnswer("ECHOBENCH/1 OKAY")).toBeUndefined();
});

test.each<DiscardReport>([
  { kind: "right", bytes: 2 ** 53 - 1 },
  { kind: "wrong", at: 3, expected: "00ff", received: "" },
  { kind: "end", received: 10, right: 3 },
])("the report %j reads back", (report) => {
  expect(parseDiscardReport(discardReportLine(report).trimEnd())).toEqual(report);
});

test.each(["", "ECHOBENCH/1 RIGHT", "ECHOBENCH/1 RIGHT -1", "ECHOBENCH/1 END received=1", "RIGHT 1"])(
  "%j is no report",
  (line) => {
    expect(parseDiscardReport(line)).toBeUndefined();
  },
);

describe("a trailer", () => {
  const sender: SenderInfo = {
    ...{ rttUs: 4_294_967_295, minRttUs: 2, retransmits: 4_294_967_295, cwnd: 4_294_967_295 },
    ...{ sndMss: 65_483, deliveryRateBps: 2 ** 53 - 1, busyMs: 123_456_789.123 },
    ...{ rwndLimitedMs: 123_456_789.123, sndbufLimitedMs: 123_456_789.123 },
  };

  test("has the same length whatever it says, and reads back", () => {
    for (const trailer of [
      { sent: 0, sender: null },
      { sent: 2 ** 53 - 1, sender },
    ]) {
      const bytes = encodeTrailer(trailer);
      expect(bytes).toHaveLength(TRAILER_BYTES);
      expect(decodeTrailer(bytes)).toEqual(trailer);
    }
  });

  test("cut short or with other figures is none, or says nothing of the sender", () => {
    const bytes = encodeTrailer({ sent: 1, sender });
    expect(decodeTrailer(bytes.subarray(1))).toBeUndefined();
    const text = Buffer.from(bytes).toString().replace("cwnd=", "wind=");
    expect(decodeTrailer(Buffer.from(text))).toEqual({ sent: 1, sender: null });
  });
});
