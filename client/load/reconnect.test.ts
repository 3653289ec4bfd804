import { describe, expect, test } from "bun:test";
import type { Timers } from "../../lib/timers.ts";
import { plainFailure } from "../failure/failure.ts";
import { ReconnectPolicy } from "./reconnect.ts";

/** A policy with timers that a test fires. */
function policyOf(plan: ConstructorParameters<typeof ReconnectPolicy>[0]) {
  const connected: number[] = [];
  const waiting: Array<{ delayMs: number; fire: () => void }> = [];
  const timers: Timers = {
    after(delayMs, fire) {
      const timer = { delayMs, fire };
      waiting.push(timer);
      return () => void waiting.splice(waiting.indexOf(timer), 1);
    },
  };
  const policy = new ReconnectPolicy(plan, (slot) => connected.push(slot), timers);
  return { policy, connected, waiting };
}

const broken = {
  slot: 7,
  number: 14,
  failure: plainFailure("reset", 14, "connection reset by peer"),
  hasReceived: true,
};
const closedWell = { ...broken, failure: undefined };

describe("ReconnectPolicy", () => {
  test("reconnects a broken connection until it is established, and records one outage", () => {
    const { policy, connected, waiting } = policyOf({ mode: "echo", reconnect: true });
    expect(policy.replace(broken, 1e6)).toBe(true);
    waiting.shift()?.fire();
    policy.onConnectFailed(broken.number);
    expect(policy.replace({ ...broken, hasReceived: false }, 2e6)).toBe(true);
    expect(waiting.map(({ delayMs }) => delayMs)).toEqual([100]);
    waiting.shift()?.fire();
    policy.onConnected(broken, 5e6);
    expect(connected).toEqual([7, 7]);
    expect([policy.isOut(broken.number), policy.outagesSince(0)]).toEqual([
      false,
      [{ connection: 14, cause: "reset", startMs: 1, durationMs: 4, failedConnects: 1 }],
    ]);
    policy.replace(broken, 6e6);
    expect(waiting.map(({ delayMs }) => delayMs)).toEqual([0]);
  });

  test("waits before it connects again to a server that lets connections break at once", () => {
    const { policy, waiting } = policyOf({ mode: "echo", reconnect: true });
    for (const nowNs of [1e6, 2e6, 3e6]) {
      policy.replace({ ...broken, hasReceived: false }, nowNs);
      policy.onConnected(broken, nowNs);
    }
    expect(waiting.map(({ delayMs }) => delayMs)).toEqual([0, 100, 200]);
  });

  test("replaces nothing without --reconnect, nor a connection that closed well", () => {
    expect(policyOf({ mode: "echo", reconnect: false }).policy.replace(broken, 0)).toBe(false);
    expect(policyOf({ mode: "echo", reconnect: true }).policy.replace(closedWell, 0)).toBe(false);
  });

  test("churn goes on at once after a connection that closed well, and after a pause after one that broke", () => {
    const { policy, connected, waiting } = policyOf({ mode: "churn", reconnect: false });
    policy.replace(closedWell, 0);
    expect(connected).toEqual([7]);
    policy.replace(broken, 0);
    expect([connected, waiting.length]).toEqual([[7], 1]);
  });

  test("connects nothing after a stop", () => {
    const { policy, waiting } = policyOf({ mode: "churn", reconnect: false });
    policy.replace(broken, 0);
    policy.stop();
    expect(waiting).toEqual([]);
  });
});
