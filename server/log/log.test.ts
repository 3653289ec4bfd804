import { eventLoopTimers } from "../../lib/timers.ts";
import { describe, expect, test } from "bun:test";
import type { LogEvent } from "../telemetry/event.ts";
import { createFormat } from "./format.ts";
import { LogWriter } from "./writer.ts";
import { Log } from "./log.ts";

const at = new Date(2025, 11, 23, 10, 45, 32).getTime();
const client = "127.0.0.1:54321";
const events: LogEvent[] = [
  { kind: "CONNECT", client },
  { kind: "DATA", client, rxBytes: 42, txBytes: 42 },
  { kind: "DISCONNECT", client, connectedMs: 30_500, rxBytes: 42, txBytes: 42 },
  { kind: "REJECT", client, reason: "not in the allow list" },
  { kind: "TIMEOUT", client, idleMs: 30_000 },
  { kind: "ERROR", client, message: "connection reset by peer" },
];
const end = {
  rejectedByReason: { address: 0, limit: 2, tls: 0 },
  errorsByKind: { reset: 4, timeout: 0, tls: 0, other: 0 },
  connections: 1_234,
  active: 0,
  peak: 10,
  rejected: 2,
  timedOut: 3,
  errors: 4,
  bytesIn: 1e9,
  bytesOut: 1e9,
};

describe("text format", () => {
  test("on a terminal has the lines of the original request", () => {
    const format = createFormat({ kind: "text", isDated: false, echoesOnly: true });
    expect(events.map((event) => format.event(at, event)).join("")).toBe(
      "[10:45:32] CONNECT - 127.0.0.1:54321\n" +
        "[10:45:32] DATA - RX: 42 bytes, TX: 42 bytes\n" +
        "[10:45:32] DISCONNECT - 127.0.0.1:54321 (30.5s connected, RX: 42 bytes, TX: 42 bytes)\n" +
        "[10:45:32] REJECT - 127.0.0.1:54321 (not in the allow list)\n" +
        "[10:45:32] TIMEOUT - 127.0.0.1:54321 (idle for 30.0s)\n" +
        "[10:45:32] ERROR - 127.0.0.1:54321 (connection reset by peer)\n",
    );
  });

  test("in files and pipes has date and client in every line", () => {
    const format = createFormat({ kind: "text", isDated: true, echoesOnly: true });
    for (const event of events) {
      expect(format.event(at, event)).toMatch(/^\[2025-12-23 10:45:32\] [A-Z]+ - .*127\.0\.0\.1:54321.*\n$/);
    }
  });

  test("stamps a line of the next second with the next second", () => {
    const format = createFormat({ kind: "text", isDated: false, echoesOnly: true });
    format.event(at, { kind: "CONNECT", client });
    expect(format.event(at + 1_000, { kind: "CONNECT", client })).toStartWith("[10:45:33]");
  });

  test("starts with a banner and ends with a summary", () => {
    const format = createFormat({ kind: "text", isDated: false, echoesOnly: true });
    expect(
      format.start(at, {
        version: "1.0.0",
        endpoint: "0.0.0.0:7878",
        endpoints: ["0.0.0.0:7878"],
        engine: "epoll",
        granted: null,
        notes: ["A note"],
      }),
    ).toBe("Echo Server v1.0.0\nListening on 0.0.0.0:7878\nPress Ctrl+C to stop\nA note\n\n");
    expect(format.end(at, { ...end, uptimeMs: 125_000, cut: 0 })).toBe(
      "\nStopped after 2m 05s\n" +
        "Connections  1,234 total, peak 10, 2 rejected, 3 timed out, 4 errors\n" +
        "Data         1.00 GB received, 1.00 GB echoed\n",
    );
    const others = createFormat({ kind: "text", isDated: false, echoesOnly: false });
    expect(others.end(at, { ...end, uptimeMs: 125_000, cut: 2 })).toEndWith(
      "1.00 GB received, 1.00 GB sent\nCut          2 with bytes unsent when the grace period was over\n",
    );
  });
});

test("JSON format has one object a line, with time and event", () => {
  const format = createFormat({ kind: "json" });
  const lines = [
    format.start(at, { version: "1.0.0", endpoint: "x", endpoints: ["x"], engine: "epoll", granted: null, notes: [] }),
    ...events.map((event) => format.event(at, event)),
    format.dropped(at, 5),
    format.end(at, { ...end, uptimeMs: 1, cut: 0 }),
  ];
  const parsed: Array<{ event: string; time: string; client?: string }> = lines.map((line) => JSON.parse(line));
  const names = ["LISTEN", "CONNECT", "DATA", "DISCONNECT", "REJECT", "TIMEOUT", "ERROR", "DROPPED", "STOP"];
  expect(parsed.map(({ event }) => event)).toEqual(names);
  expect(new Set(parsed.map(({ time }) => time))).toEqual(new Set([new Date(at).toISOString()]));
  expect(lines.every((line) => line.endsWith("}\n") && line.indexOf("\n") === line.length - 1)).toBe(true);
});

test("--quiet leaves out CONNECT and DISCONNECT and nothing else", async () => {
  let written = "";
  const sink = async (text: string): Promise<boolean> => (written += text) !== "";
  const log = new Log(
    createFormat({ kind: "text", isDated: false, echoesOnly: true }),
    { verbose: false, quiet: true },
    sink,
    eventLoopTimers,
    () => at,
  );
  for (const event of events) log.event(event);
  await log.end({ ...end, uptimeMs: 1, cut: 0 });
  expect(written.match(/ (?:CONNECT|DISCONNECT) /g)).toBeNull();
  expect(written.match(/ (?:DATA|REJECT|TIMEOUT|ERROR) /g)).toHaveLength(4);
});

describe("LogWriter", () => {
  test("writes lines in order, as one batch", async () => {
    const batches: string[] = [];
    const writer = new LogWriter(async (text) => batches.push(text) > 0, String);
    for (let i = 0; i < 10_000; i++) writer.write(`${i}\n`);
    await writer.flush();
    expect(batches).toHaveLength(1);
    expect(batches.join("")).toBe(Array.from({ length: 10_000 }, (_, i) => `${i}\n`).join(""));
  });

  test("has one write in progress at a time; lines that arrive during it go into the next", async () => {
    const batches: string[] = [];
    const finishWrite: Array<(isWritten: boolean) => void> = [];
    const writer = new LogWriter((text) => {
      batches.push(text);
      return new Promise((resolve) => finishWrite.push(resolve));
    }, String);
    writer.write("a\n");
    const done = writer.flush();
    writer.write("b\n");
    writer.write("c\n");
    expect(batches).toEqual(["a\n"]);
    finishWrite.shift()?.(true);
    await Promise.resolve();
    await Promise.resolve();
    expect(batches).toEqual(["a\n", "b\nc\n"]);
    finishWrite.shift()?.(true);
    await done;
  });

  test("drops lines when the reader stalls, so that memory stays bounded, and says how many", async () => {
    let written = "";
    let finishWrite: ((isWritten: boolean) => void) | undefined;
    const writer = new LogWriter(
      (text) => {
        written += text;
        return new Promise((resolve) => (finishWrite = resolve));
      },
      (lines) => `dropped ${lines}\n`,
    );
    writer.write("first\n");
    const done = writer.flush();
    const line = `${"x".repeat(2 ** 20 - 1)}\n`;
    for (let i = 0; i < 11; i++) writer.write(line);
    finishWrite?.(true);
    await Promise.resolve();
    await Promise.resolve();
    finishWrite?.(true);
    await done;
    expect(written).toEndWith("dropped 3\n");
    expect(written).toHaveLength("first\ndropped 3\n".length + 8 * 2 ** 20);
  });

  test("counts lines that could not be written, and says so once others can", async () => {
    let written = "";
    let isFull = true;
    const writer = new LogWriter(
      async (text) => {
        if (!isFull) written += text;
        return !isFull;
      },
      (lines) => `dropped ${lines}\n`,
    );
    for (const line of ["a\n", "b\n"]) writer.write(line);
    expect(await writer.flush()).toBe(false);
    writer.write("c\n");
    expect(await writer.flush()).toBe(false);
    isFull = false;
    writer.write("d\n");
    expect(await writer.flush()).toBe(true);
    expect(written).toBe("d\ndropped 3\n");
  });

  test("takes the last text however much waits already", async () => {
    let written = "";
    const writer = new LogWriter(async (text) => (written += text) !== "", String);
    const line = `${"x".repeat(2 ** 20 - 1)}\n`;
    for (let i = 0; i < 8; i++) writer.write(line);
    expect(await writer.writeLast("summary\n")).toBe(true);
    expect(written).toEndWith("summary\n");
  });

  test("writes what arrives while a write is just over", async () => {
    const batches: string[] = [];
    const writer = new LogWriter(async (text) => batches.push(text) > 0, String);
    for (const text of ["a\n", "b\n", "c\n"]) {
      writer.write(text);
      for (let turns = 0; turns < 3; turns++) {
        void writer.flush();
        await Promise.resolve();
      }
    }
    await writer.writeLast("d\n");
    expect(batches.join("")).toBe("a\nb\nc\nd\n");
  });
});
