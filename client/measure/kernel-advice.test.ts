import { expect, test } from "bun:test";
import { parseSizeBytes } from "../../lib/text/parse-units.ts";
import { adviseOnKernel } from "./kernel-advice.ts";

const info = {
  ...{
    connections: 2,
    rttUs: 40_000,
    minRttUs: 40_000,
    retransmits: 0,
    cwnd: 10,
    samples: 9,
    sndMss: 1_448,
    deliveryRateBps: 1e8,
  },
  ...{ busyMs: 20_000, rwndLimitedMs: 0, sndbufLimitedMs: 0, sndbufBytes: 4_000_000, rcvbufBytes: 131_072 },
  ...{ ecnConnections: 0, ecnSeenConnections: 0 },
};
const advise = (changes: Partial<typeof info>): string | null => adviseOnKernel({ ...info, ...changes }, 10_000, 2e8);

test("a limiting send buffer is named with the bandwidth-delay product and a larger size to try", () => {
  const advice = advise({ sndbufLimitedMs: 16_600 });
  expect(advice).toBe(
    "send buffer limited 83 % of the time: bandwidth-delay product is 4.00 MB a connection, try --sndbuf 8MiB",
  );
  expect(parseSizeBytes(advice?.split("--sndbuf ")[1] ?? "")).toBe(2 ** 23);
});

test("a limiting receive window is reported as such", () => {
  expect(advise({ rwndLimitedMs: 10_000, sndbufLimitedMs: 5_000 })).toStartWith(
    "receive window limited 50 % of the time",
  );
});

test("there is no advice when neither explains much, or when there was little to send", () => {
  expect(advise({ sndbufLimitedMs: 3_000, rwndLimitedMs: 3_000 })).toBeNull();
  expect(advise({ busyMs: 1_000, sndbufLimitedMs: 900 })).toBeNull();
  expect(advise({ busyMs: 0 })).toBeNull();
});
