import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { clientOptions } from "../options/options.ts";
import { noEcn } from "../load/protocol.ts";
import { toPlan } from "./plan.ts";
import { buildResult } from "./result.ts";
import type { Measurements } from "./run.ts";
import { counterIndex, openThreadCounters } from "../measure/thread-counters.ts";

/** The options of the run whose result `resultOf` gives. */
export const options = clientOptions.parse({ conns: 2, seed: 7 });

/** The plan of that run. */
export const plan = toPlan(options, () => 0);

/** What that run measured: 2,000,000 messages of 1 KiB in 10 s, round trips from 50 to 150 µs. */
export function measured(): Measurements {
  const counters = openThreadCounters();
  counters.values[counterIndex.bytesReceived] = 2_048_000_000;
  counters.values[counterIndex.connected] = 2;
  for (let i = 0; i < 1_000; i++) counters.rtt.record(50_000 + i * 100, 2_000);
  counters.connect.record(70_000);
  const info = { rttUs: 50, minRttUs: 5, retransmits: 0, cwnd: 10, sndMss: 1_448, deliveryRateBps: 1 };
  const path = { rttVarianceUs: 5, pathMtuBytes: 1_500, segmentsIn: 1_000 };
  const limits = {
    ...path,
    busyMs: 1,
    rwndLimitedMs: 0,
    sndbufLimitedMs: 0,
    hasEcn: false,
    sawEcn: false,
    hasSynData: false,
  };
  const kernel = [{ info: { ...info, ...limits }, buffers: { sndbufBytes: 16_384, rcvbufBytes: 131_072 } }];
  return {
    startedAt: new Date(0),
    address: { family: "ipv4", address: "127.0.0.1", port: 7878 },
    clock: null,
    openedAtUs: 1_000_000,
    durationMs: 10_000,
    counters: [counters],
    reports: [
      {
        ...{
          failuresByKind: {},
          failures: [],
          lost: 0,
          jittersNs: [1_000],
          kernel,
          senders: { upload: [], download: [] },
          ecn: { upload: noEcn(), download: noEcn() },
          processor: 1,
          session: undefined,
          sockets: null,
          fastOpen: null,
        },
        ...{ cpuMs: 5_000, outages: [], collections: 1 },
        pauses: { count: 0, totalNs: 0, longestNs: 0 },
      },
    ],
    intervals: [],
    process: {
      cpu: { userMs: 1_000, systemMs: 9_000 },
      schedule: { runQueueMs: 40, involuntarySwitches: 300 },
    },
    background: "idle",
    isInterrupted: false,
    aborted: null,
  };
}

/** A result that passed, with the changes of a test. */
export const resultOf = (changes: Partial<DecodedResult> = {}): DecodedResult => ({
  ...buildResult(options, plan, measured()),
  ...changes,
});
