import { describe, expect, test } from "bun:test";
import { EventEmitter } from "node:events";
import { watchSignals } from "./signals.ts";

function watched() {
  const source = new EventEmitter();
  let nowMs = 1_000;
  const signals = watchSignals(["SIGINT", "SIGTERM", "SIGHUP"], source, () => nowMs);
  const send = (signal: string, atMs: number): void => {
    nowMs = atMs;
    source.emit(signal);
  };
  return { source, signals, send };
}

describe("watchSignals", () => {
  test("the first signal stops, nothing is forced", () => {
    const { signals, send } = watched();
    send("SIGTERM", 1_000);
    expect([signals.stop.aborted, signals.force.aborted]).toEqual([true, false]);
  });

  test("a signal a moment later is a repetition of the first", () => {
    const { signals, send } = watched();
    send("SIGTERM", 1_000);
    send("SIGHUP", 1_050);
    send("SIGINT", 1_299);
    expect(signals.force.aborted).toBe(false);
  });

  test("a later one forces", () => {
    const { signals, send } = watched();
    send("SIGINT", 1_000);
    send("SIGINT", 1_300);
    expect(signals.force.aborted).toBe(true);
  });

  test("does not listen after it is disposed", () => {
    const { source, signals } = watched();
    signals[Symbol.dispose]();
    expect(source.eventNames()).toEqual([]);
  });
});
